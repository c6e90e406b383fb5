/** Enrols a learner: reserves a place, opens a payment and returns where to pay. */
import { requireLearner } from '../auth/permissions.ts'
import type { LearnerIdentity } from '../auth/viewer.ts'
import type { Context, Settings } from '../context.ts'
import { type CompleteRun, courseById, runById } from '../courses/loaders.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { InvalidInput, NotFound, refusal } from '../graph/contract/user-error.ts'
import { emailRefusal } from '../learners/email-refusal.ts'
import type { PartnerAccount } from '../learners/learner.ts'
import { ensureInvitation } from '../learners/link-partner-account.ts'
import { findPartnerAccount } from '../learners/loaders.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { type KeyedRequest, keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Money } from '../values/money.ts'
import { returnUrlProblem } from '../values/return-url.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { enrolmentRefusal } from './enrolment.rules.ts'
import { TermsChanged } from './enrolment-errors.ts'
import { type PaymentResult, pay, refused, unavailable } from './pay.ts'
import { lookForPlaces } from './places.ts'
import { priceRefusal } from './price-refusal.ts'
import { activeOn, reserve } from './reserve.ts'

export interface EnrolRequest {
  courseRunId: string
  paymentMethod: PaymentMethod
  /** What the buyer was shown; not checked when it is not given. */
  expectedPrice?: Money | null
  returnUrl: string
  termsAccepted: boolean
  /** The version that was shown; not checked when it is not given. */
  termsVersion?: string | null
  /** That study may begin inside the statutory period: kept as evidence, and nothing depends on it. */
  expressRequest: boolean
  idempotencyKey: string
}

/** Enrols the viewer. Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners. */
export async function enrol(context: Context, input: EnrolRequest) {
  const learner = requireLearner(context.viewer)
  const wrong = inputRefusal(context, input)
  if (wrong) return refused(wrong)
  const keyed = keyedRequest(context, input)
  const known = await peek(context, keyed)
  if (known) return known
  const changed = termsRefusal(context.settings, input)
  if (changed) return refused(changed)
  const runId = uuidOf('CourseRun', input.courseRunId)
  const run = runId === null ? null : await runById(context, runId)
  if (run === null) {
    const message = 'There is no such run; take courseRunId from a course of this catalogue.'
    const said = noSuch('CourseRun', input.courseRunId, message)
    return refused(refusal(NotFound, {}, said, ['input', 'courseRunId']))
  }
  const places = await lookForPlaces(context, run.partnerUuid)
  const firstRefusal = await refusalNow(context, learner, run, places.remaining, input)
  // A repeat that came in parallel may have got further than this one.
  if (firstRefusal) return (await peek(context, keyed)) ?? refused(firstRefusal)
  const reserved = await reserve(context, keyed, { learner, runId: run.id, places, ...input })
  return goOnToPay(context, reserved)
}

function inputRefusal({ settings }: Context, input: EnrolRequest) {
  const wrong = (name: string, message: string) => refusal(InvalidInput, {}, message, ['input', name])
  const badKey = keyRefusal(input.idempotencyKey)
  if (badKey) return badKey
  if (!input.termsAccepted) return wrong('termsAccepted', 'Accept the terms to enrol: termsAccepted must be true.')
  const badUrl = returnUrlProblem(input.returnUrl, settings.returnUrlOrigins)
  return badUrl === null ? null : wrong('returnUrl', badUrl)
}

/** Null when they are those that were shown. */
function termsRefusal({ terms }: Settings, { termsVersion }: EnrolRequest) {
  if (termsVersion == null || termsVersion === terms.version) return null
  const message = `The terms of version ${terms.version} hold now; show them and ask again with it as termsVersion.`
  return refusal(TermsChanged, { terms }, message, ['input', 'termsVersion'])
}

function keyedRequest({ viewer, now }: Context, { idempotencyKey: key, ...request }: EnrolRequest): KeyedRequest {
  return { caller: viewer.key, operation: 'enrol', key, request, now: now() }
}

/** A repeat is answered before anybody is asked anything: what it found then may have changed since. */
async function peek(context: Context, keyed: KeyedRequest) {
  const key = await inTransaction(context.em, (tx) => takeKey(tx, keyed))
  if (key.kind === 'conflict') return refused(key.refusal)
  if (key.kind === 'new') return null
  const { enrolmentId, paymentId = null } = key.result
  return goOnToPay<never>(context, { enrolmentId: enrolmentId as string, paymentId, refusals: [] })
}

/** Only what costs something has a page to be sent to. */
function goOnToPay<Name extends string>(context: Context, reserved: PaymentResult<Name>) {
  const { enrolmentId, paymentId } = reserved
  return enrolmentId === null || paymentId === null ? reserved : pay(context, enrolmentId, paymentId)
}

/** What can be said before anything is locked; asked again under the lock. Nobody is invited for a run that they cannot have. */
async function refusalNow(
  context: Context,
  learner: LearnerIdentity,
  run: CompleteRun,
  freePlaces: number | null,
  input: EnrolRequest,
) {
  const course = await courseById(context, run.courseId)
  const active = await activeOn(context.em.fork({ clear: true }), learner.id, run.id)
  const facts = { run, withdrawn: course?.withdrawnAt != null, now: context.now(), active, freePlaces }
  const firstRefusal = enrolmentRefusal(facts) ?? priceRefusal(context.providers, run, input)
  if (firstRefusal) return firstRefusal
  try {
    return enrolmentRefusal({ ...facts, partnerAccount: await partnerAccountNow(context, learner) })
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    return emailRefusal(failure, learner) ?? unavailable(failure)
  }
}

/** As it is known when it is linked; else as the partner has it now, inviting whoever has none. Throws UpstreamFailure. */
async function partnerAccountNow(context: Context, learner: LearnerIdentity): Promise<PartnerAccount> {
  const known: PartnerAccount | null = await findPartnerAccount(context, learner.id)
  return known?.status === 'LINKED' ? known : ensureInvitation(context, learner)
}
