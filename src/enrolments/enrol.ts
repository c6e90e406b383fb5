/** Reserves a place, opens a payment and returns where to pay; the same key again finds the same enrolment. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { requireLearner } from '../auth/permissions.ts'
import type { LearnerIdentity } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { type CompleteRun, runById } from '../courses/loaders.ts'
import { placesRemaining } from '../courses/places.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import type { PartnerAccount } from '../learners/learner.ts'
import { ensureInvitation } from '../learners/link-partner-account.ts'
import { findPartnerAccount } from '../learners/loaders.ts'
import { addPayment } from '../payments/add-payment.ts'
import { openPayment } from '../payments/open-payment.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { beginHistory } from '../store/history.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { addJob, inTransaction, isDuplicateOf } from '../store/transaction.ts'
import { isOutsideFailure, type OutsideFailure } from '../values/outside-failure.ts'
import { enrolRefusal } from './enrolment.rules.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { returnUrlProblem } from './return-url.rules.ts'

export interface EnrolRequest {
  courseRunId: string
  paymentMethod: PaymentMethod
  returnUrl: string
  termsAccepted: boolean
  idempotencyKey: string
}

/** Ids of what there is now, and why not everything was done. */
export interface EnrolResult {
  enrolmentId: string | null
  paymentId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): EnrolResult => ({ enrolmentId: null, paymentId: null, refusals })
const unknownRun = () =>
  refusal('NotFound', 'There is no such run; take courseRunId from a course.', ['input', 'courseRunId'])

/** Enrols the viewer. Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners. */
export async function enrol(context: Context, input: EnrolRequest): Promise<EnrolResult> {
  const learner = requireLearner(context.viewer)
  const keyProblem = keyRefusal(input.idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  const urlProblem = returnUrlProblem(input.returnUrl, context.settings.returnUrlOrigins)
  if (urlProblem) return refused(refusal('InvalidInput', urlProblem, ['input', 'returnUrl']))
  const runId = uuidOf('CourseRun', input.courseRunId)
  const run = runId && (await runById(context, runId))
  if (!run) return refused(unknownRun())
  const account = await linkedAccount(context, learner)
  const places = await placesOf(context, run)
  const reserved = await reserve(context, learner, run, { ...input, account, places })
  if (reserved.refusals.length || reserved.paymentId === null) return reserved
  return pay(context, reserved)
}

/** Opens the page; a provider that does not answer leaves place and payment, and the same key tries again. */
export async function pay(context: Context, reserved: EnrolResult): Promise<EnrolResult> {
  const { payment, failure } = await openPayment(context, reserved.paymentId as string)
  return failure ? { ...reserved, refusals: [unavailable(failure, payment.provider)] } : reserved
}

/** A provider's failure as a refusal. */
export function unavailable(failure: OutsideFailure, provider: string): Refusal {
  const message =
    failure.kind === 'REFUSED'
      ? 'The payment provider refused to open this payment; try the other way to pay.'
      : 'The payment provider does not answer right now; nothing is lost, try again with the same idempotencyKey.'
  return refusal('ProviderUnavailable', message, [], { provider, retryAfterSeconds: failure.retryAfterSeconds })
}

type Account = PartnerAccount | OutsideFailure

/** The account as stored when it is linked; else as the partner has it now, inviting whoever has none. */
async function linkedAccount(context: Context, learner: LearnerIdentity): Promise<Account> {
  const known = await findPartnerAccount(context, learner.id)
  if (known?.status === 'LINKED') return known
  try {
    return await ensureInvitation(context, learner)
  } catch (error) {
    if (isOutsideFailure(error)) return error
    throw error
  }
}

/** When the partner cannot say, it decides at registration. */
async function placesOf(context: Context, run: CompleteRun): Promise<number | null> {
  return placesRemaining(context, run.partnerUuid).catch(() => null)
}

interface Reservation extends EnrolRequest {
  account: Account
  places: number | null
}

async function reserve(
  context: Context,
  learner: LearnerIdentity,
  run: CompleteRun,
  asked: Reservation,
): Promise<EnrolResult> {
  const { account: _a, places: _p, idempotencyKey, ...request } = asked
  try {
    return await inTransaction(context.em, async (tx) => {
      const now = context.now()
      const keyed = { caller: context.viewer.key, operation: 'enrol', key: idempotencyKey, request, now }
      const key = await takeKey(tx, keyed)
      if (key.kind === 'conflict') return refused(key.refusal)
      if (key.kind === 'repeat') {
        return { enrolmentId: key.result.enrolmentId!, paymentId: key.result.paymentId!, refusals: [] }
      }
      await tx.findOneOrFail(CourseRun, run.id, { lockMode: LockMode.PESSIMISTIC_WRITE })
      const refusals = await refusalsOf(context, tx, learner, run, asked)
      if (refusals.length) return refused(...refusals)
      const made = await make(context, tx, learner, run, asked)
      key.keep({ enrolmentId: made.enrolmentId as string, paymentId: made.paymentId as string })
      return made
    })
  } catch (error) {
    // Two keys at once for one learner and run: the database lets one of them in.
    if (!isDuplicateOf(error, 'enrolment_one_active_per_learner_and_run')) throw error
    return refused(...(await inTransaction(context.em, (tx) => already(tx, learner, run))))
  }
}

async function already(tx: EntityManager, learner: LearnerIdentity, run: CompleteRun): Promise<Refusal[]> {
  const status = { $nin: [...endedStatuses] }
  const enrolment = await tx.findOne(Enrolment, { learnerId: learner.id, runId: run.id, status })
  if (!enrolment) return []
  return [refusal('AlreadyEnrolled', 'You are enrolled on this run already.', ['input', 'courseRunId'], { enrolment })]
}

async function refusalsOf(
  context: Context,
  tx: EntityManager,
  learner: LearnerIdentity,
  run: CompleteRun,
  { account, places, termsAccepted }: Reservation,
): Promise<Refusal[]> {
  const enrolled = await already(tx, learner, run)
  if (enrolled.length) return enrolled
  const waiting = { $in: ['PENDING_PAYMENT', 'PAID', 'REGISTERING'] as const }
  const heldHere = await tx.count(Enrolment, { runId: run.id, status: { $in: [...waiting.$in] } })
  const no = enrolRefusal({ run, now: context.now(), termsAccepted, placesRemaining: places, heldHere })
  if (no) return [no]
  if (isOutsideFailure(account)) {
    const message = 'The registration partner does not answer right now; try again in a moment.'
    const { retryAfterSeconds } = account
    return [refusal('ProviderUnavailable', message, [], { provider: 'PARTNER', retryAfterSeconds })]
  }
  if (account.status === 'LINKED') return []
  const message = 'Create or link your account at the registration partner first: follow its invitation.'
  return [refusal('PartnerAccountRequired', message, [], { partnerAccount: account })]
}

async function make(
  context: Context,
  tx: EntityManager,
  learner: LearnerIdentity,
  run: CompleteRun,
  { paymentMethod, returnUrl }: EnrolRequest,
): Promise<EnrolResult> {
  const now = context.now()
  const holdExpiresAt = new Date(now.getTime() + context.settings.holdMinutes * 60_000)
  const enrolment = tx.create(Enrolment, {
    ...{ id: newId(), learnerId: learner.id, runId: run.id, status: 'PENDING_PAYMENT', holdExpiresAt },
    ...{ createdAt: now, updatedAt: now },
  } as Enrolment)
  beginHistory(tx, 'Enrolment', enrolment, { cause: 'ENROLLED', actor: context.viewer.key, at: now })
  await tx.flush()
  const payment = await addPayment(tx, {
    ...{ enrolmentId: enrolment.id, method: paymentMethod, amountMinor: run.priceMinor, currency: run.currency },
    ...{ returnUrl, actor: context.viewer.key, now },
  })
  const runAt = new Date(holdExpiresAt.getTime() + 1000)
  await addJob(tx, 'expire_enrolment', { enrolmentId: enrolment.id }, { key: `expire:${enrolment.id}`, runAt })
  return { enrolmentId: enrolment.id, paymentId: payment.id, refusals: [] }
}
