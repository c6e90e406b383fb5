/** Requests a refund for a learner inside the window, or for an operator any time. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOperator, isOwnerOrOperator, requireLearnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { addRefund } from '../payments/add-refund.ts'
import { balanceOf, refundsOf } from '../payments/balance.ts'
import type { Payment } from '../payments/payment.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { acknowledge } from './acknowledge.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { beginEnding } from './end-enrolment.ts'
import { isMoved } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { enrolmentWindow } from './enrolment-window.rules.ts'
import { type RefundRequest, refundRefusal } from './refund-request.rules.ts'

export interface RefundInput {
  enrolmentId: string
  reason?: string | null
  amountMinor?: number | null
  paymentId?: string | null
  keepRegistration: boolean
  idempotencyKey: string
}

/** How much, and what becomes of the place. */
type RefundPart = Pick<RefundInput, 'amountMinor' | 'reason' | 'keepRegistration'>

const refused = <Name extends string>(refusal: Refusal<Name>) => ({
  refundId: null,
  enrolmentId: null,
  acknowledgementId: null,
  refusals: [refusal],
})
const enrolmentField = ['input', 'enrolmentId']

/**
 * Stores the refund with the job that submits it. Somebody else's enrolment reads like one that does not exist. Throws
 * UNAUTHENTICATED or FORBIDDEN for those who are neither learner nor operator.
 */
export async function requestRefund(context: Context, input: RefundInput) {
  const { viewer } = context
  requireLearnerOrOperator(viewer)
  const badKey = keyRefusal(input.idempotencyKey)
  if (badKey) return refused(badKey)
  const { idempotencyKey: key, ...request } = input
  const now = context.now()
  return inTransaction(context.em, async (tx) => {
    const taken = await takeKey(tx, { caller: viewer.key, operation: 'requestRefund', key, request, now })
    if (taken.kind === 'conflict') return refused(taken.refusal)
    if (taken.kind === 'repeat') {
      const { refundId = null, enrolmentId = null, acknowledgementId = null } = taken.result
      return { refundId, enrolmentId, acknowledgementId, refusals: [] }
    }
    const result = await decide(context, tx, input, now)
    const { refundId, enrolmentId, acknowledgementId } = result
    if (refundId === null || enrolmentId === null) return result
    taken.keep(acknowledgementId === null ? { refundId, enrolmentId } : { refundId, enrolmentId, acknowledgementId })
    return result
  })
}

/** Payments are locked first, then the enrolment, then it is decided and written. */
async function decide(context: Context, tx: EntityManager, input: RefundInput, now: Date) {
  const { viewer } = context
  const id = uuidOf('Enrolment', input.enrolmentId)
  const seen = id === null ? null : await tx.findOne(Enrolment, id)
  if (seen === null || !isOwnerOrOperator(viewer, seen.learnerId)) {
    const message = noSuch('Enrolment', input.enrolmentId, 'There is no such enrolment of yours.')
    return refused(refusal(NotFound, {}, message, enrolmentField))
  }
  const payments = await lockPayments(tx, seen.id)
  const enrolment = await lockEnrolment(tx, seen.id)
  const payment = paymentMeant(enrolment, payments, input)
  if (payment === 'unknown') {
    const message = noSuch('Payment', input.paymentId ?? '', 'This enrolment has no such payment.')
    return refused(refusal(NotFound, {}, message, ['input', 'paymentId']))
  }
  const request = await gatherRefund(context, tx, { enrolment, payment, input, now })
  const firstRefusal = refundRefusal(request)
  if (firstRefusal || payment === null) {
    const nothing = { refundId: null, enrolmentId: enrolment.id, acknowledgementId: null }
    return { ...nothing, refusals: firstRefusal ? [firstRefusal] : [] }
  }
  return addAsked(context, tx, { enrolment, payment, request, now })
}

/** The one that is named; else the one that paid for the enrolment; else the last that took money. */
function paymentMeant(
  { paymentId }: Enrolment,
  payments: readonly Payment[],
  { paymentId: named }: RefundInput,
): Payment | null | 'unknown' {
  if (named != null) return payments.find(({ id }) => id === uuidOf('Payment', named)) ?? 'unknown'
  return payments.find(({ id }) => id === paymentId) ?? payments.findLast((one) => one.capturedMinor !== null) ?? null
}

/** What the rules ask of it. All is locked. */
export async function gatherRefund(
  { viewer, providers }: Context,
  tx: EntityManager,
  { enrolment, payment, input, now }: { enrolment: Enrolment; payment: Payment | null; input: RefundPart; now: Date },
): Promise<RefundRequest> {
  const run = (await tx.findOneOrFail(CourseRun, enrolment.runId)) as CompleteRun
  const currency = payment?.capturedCurrency ?? payment?.currency ?? run.currency
  const amountMinor = input.amountMinor ?? null
  const whole = amountMinor === null || payment === null
  return {
    byOperator: isOperator(viewer),
    reason: input.reason ?? null,
    amountMinor,
    expressible: whole || providers[payment.provider].expresses({ amountMinor, currency }),
    keepRegistration: input.keepRegistration,
    enrolmentStatus: enrolment.status,
    paymentStatus: payment?.status ?? null,
    balance: payment && (await balanceOf(tx, payment)),
    currency,
    window: enrolmentWindow(enrolment, run, now, await refundsOf(tx, payment)),
    bounced: enrolment.stuckReason === 'REFUND_BOUNCED',
    moved: isMoved(enrolment),
    timeZone: run.timeZone,
    now,
  }
}

interface Decided {
  enrolment: Enrolment
  payment: Payment
  request: RefundRequest
  now: Date
}

const causeBy = { LEARNER: 'REFUND_BY_LEARNER', OPERATOR: 'REFUND_BY_OPERATOR' } as const

/** The refund; the registration begins to end when all the money of what paid for it is going back. */
export async function addAsked({ viewer }: Context, tx: EntityManager, { enrolment, payment, request, now }: Decided) {
  const leftMinor = request.balance?.leftMinor ?? 0
  const amountMinor = request.amountMinor ?? leftMinor
  const origin = request.byOperator ? 'OPERATOR' : 'LEARNER'
  const { reason, keepRegistration } = request
  const made = { amountMinor, origin, reason: reason?.trim() || null, keepRegistration } as const
  const refund = await addRefund(tx, payment, { ...made, requestedBy: viewer.key, now })
  if (amountMinor === leftMinor && !keepRegistration && enrolment.paymentId === payment.id) {
    await beginEnding(tx, enrolment, { cause: causeBy[origin], actor: viewer.key, at: now })
    await enrolmentJobs.reviewCredit.add(tx, { enrolmentId: enrolment.id })
  }
  const declared = { kind: 'WITHDRAWAL_WITH_REFUND', payment, backMinor: amountMinor, at: now } as const
  // An operator declares nothing.
  const acknowledgementId = request.byOperator ? null : await acknowledge(tx, enrolment, declared)
  await announceEnrolment(tx, enrolment)
  return { refundId: refund.id, enrolmentId: enrolment.id, acknowledgementId, refusals: [] }
}
