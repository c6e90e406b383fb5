/** Asks for a refund: a learner for the whole inside the window, an operator at any time with a reason. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { requireSignedIn } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { uuidOf } from '../graph/node.ts'
import { instantText } from '../graph/scalars.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { Payment } from '../payments/payment.ts'
import { addRefund, refundableMinor } from '../payments/request-refund.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { announce, inTransaction } from '../store/transaction.ts'
import { refundDeadline } from '../values/dates.ts'
import { Enrolment } from './enrolment.ts'
import { startRevoking } from './settle.ts'

export interface RefundInput {
  enrolmentId: string
  reason?: string | null
  amountMinor?: number | null
  paymentId?: string | null
  keepRegistration: boolean
  idempotencyKey: string
}

export interface RefundResult {
  refundId: string | null
  enrolmentId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): RefundResult => ({ refundId: null, enrolmentId: null, refusals })

/** Stores the refund with its job; the money goes back by that job. */
export async function requestRefund(context: Context, input: RefundInput): Promise<RefundResult> {
  requireSignedIn(context.viewer)
  const keyProblem = keyRefusal(input.idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  const enrolmentId = uuidOf('Enrolment', input.enrolmentId)
  return inTransaction(context.em, async (tx) => {
    const { idempotencyKey: key, ...request } = input
    const now = context.now()
    const taken = await takeKey(tx, { caller: context.viewer.key, operation: 'requestRefund', key, request, now })
    if (taken.kind === 'conflict') return refused(taken.refusal)
    if (taken.kind === 'repeat') {
      return { refundId: taken.result.refundId!, enrolmentId: taken.result.enrolmentId!, refusals: [] }
    }
    const found = enrolmentId ? await lock(tx, enrolmentId, input) : null
    if (!found || !maySee(context, found.enrolment)) {
      return refused(refusal('NotFound', 'There is no such enrolment of yours.', ['input', 'enrolmentId']))
    }
    const made = await refund(context, tx, found, input)
    if (made.refundId) taken.keep({ refundId: made.refundId, enrolmentId: found.enrolment.id })
    return made
  })
}

interface Found {
  enrolment: Enrolment
  payment: Payment | null
}

/** Payments first, then the enrolment: always in that order. */
async function lock(tx: EntityManager, enrolmentId: string, { paymentId }: RefundInput): Promise<Found | null> {
  const wanted = paymentId ? (uuidOf('Payment', paymentId) ?? newerThanAll) : null
  const payments = await tx.find(
    Payment,
    { enrolmentId, capturedMinor: { $ne: null }, ...(wanted && { id: wanted }) },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'desc' } },
  )
  const enrolment = await tx.findOne(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
  return enrolment && { enrolment, payment: payments.find((one) => one.status === 'SUCCEEDED') ?? null }
}

/** No payment has this id: an unknown one finds nothing. */
const newerThanAll = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

function maySee({ viewer }: Context, enrolment: Enrolment): boolean {
  return viewer.operator !== null || viewer.learner?.id === enrolment.learnerId
}

async function refund(context: Context, tx: EntityManager, found: Found, input: RefundInput): Promise<RefundResult> {
  const { enrolment, payment } = found
  const now = context.now()
  if (!payment) {
    return refused(
      refusal('InvalidInput', 'Nothing was paid for this enrolment, so nothing can go back.', ['input', 'enrolmentId']),
    )
  }
  const maximum = await refundableMinor(tx, payment)
  const asOperator = context.viewer.operator !== null && context.viewer.learner?.id !== enrolment.learnerId
  const no = asOperator
    ? operatorRefusal(input, payment, maximum)
    : await learnerRefusal(tx, found, input, maximum, now)
  if (no) return refused(no)
  const amountMinor = input.amountMinor ?? maximum
  const keepRegistration = asOperator && (input.keepRegistration || amountMinor < maximum)
  const row = await addRefund(tx, payment, {
    ...{ amountMinor, origin: asOperator ? 'OPERATOR' : 'LEARNER', reason: input.reason ?? null },
    ...{ keepRegistration, requestedBy: context.viewer.key, now },
  })
  if (!keepRegistration && (enrolment.status === 'REGISTERED' || enrolment.status === 'COMPLETED')) {
    await startRevoking(tx, enrolment, 'REFUND_REQUESTED', now)
  }
  await announce(tx, 'enrolment', enrolment.id)
  return { refundId: row.id, enrolmentId: enrolment.id, refusals: [] }
}

function exceeded(payment: Payment, maximumMinor: number): Refusal {
  const maximum = { amountMinor: maximumMinor, currency: payment.currency }
  const message =
    maximumMinor === 0 ? 'Everything that was paid is back already, or on its way.' : 'More than can still go back.'
  return refusal('RefundAmountExceeded', message, ['input', 'amountMinor'], { maximum })
}

function operatorRefusal(input: RefundInput, payment: Payment, maximum: number): Refusal | null {
  if (!input.reason?.trim()) {
    return refusal('InvalidInput', 'An operator has to give a reason for a refund.', ['input', 'reason'])
  }
  if (input.amountMinor != null && input.amountMinor < 1) {
    return refusal('InvalidInput', 'amountMinor must be at least 1.', ['input', 'amountMinor'])
  }
  return (input.amountMinor ?? maximum) > maximum || maximum === 0 ? exceeded(payment, maximum) : null
}

async function learnerRefusal(
  tx: EntityManager,
  { enrolment, payment }: Found,
  input: RefundInput,
  maximum: number,
  now: Date,
): Promise<Refusal | null> {
  for (const name of ['amountMinor', 'keepRegistration'] as const) {
    if (input[name]) {
      return refusal('Forbidden', `Only operators may give ${name}: a learner's refund is always whole.`, [
        'input',
        name,
      ])
    }
  }
  const { startsAt, timeZone } = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const closedAt = refundDeadline(startsAt as Date, timeZone)
  if (now > closedAt) {
    const message = `A refund could be asked for until ${instantText(closedAt)}, 14 days from the start of the run.`
    return refusal('RefundWindowClosed', message, ['input', 'enrolmentId'], { closedAt })
  }
  return maximum === 0 ? exceeded(payment as Payment, maximum) : null
}
