/** Reserves a place in one transaction: idempotency key, enrolment, payment and their jobs. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { LearnerIdentity } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import type { PlacesSeen } from '../courses/places.ts'
import { RateLimited } from '../graph/contract/user-error.ts'
import { lockLearner } from '../learners/lock-learner.ts'
import { languageOf } from '../messages/language.ts'
import { addPayment } from '../payments/add-payment.ts'
import { holdUntil } from '../payments/hold-until.ts'
import { type KeyedRequest, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { addEnrolment } from './add-enrolment.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { lockRun, moveEnrolment } from './change-enrolment.ts'
import { enrolmentRefusal } from './enrolment.rules.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { enrolmentJobs, givenUpAt } from './enrolment-jobs.ts'
import { type PaymentResult, refused } from './pay.ts'
import { freePlaces } from './places.ts'
import { type Choice, priceRefusal } from './price-refusal.ts'
import { unpaidHoldsEnd } from './unpaid-holds.ts'

export interface Reservation extends Choice {
  learner: LearnerIdentity
  runId: string
  /** What the partner said just before. */
  places: PlacesSeen
  returnUrl: string
  expressRequest: boolean
}

/** The enrolment that holds the learner's place on the run; null when there is none. */
export function activeOn(em: EntityManager, learnerId: string, runId: string): Promise<Enrolment | null> {
  return em.findOne(Enrolment, { learnerId, runId, status: { $nin: [...endedStatuses] } })
}

/**
 * Enrolment and payment, made once for each key; whatever speaks against it is a refusal and leaves no trace. Under the
 * locks of the learner and the run, in this order: the holds of one learner are counted exactly, and two learners for
 * one place are served one after the other.
 */
export function reserve(context: Context, keyed: KeyedRequest, reservation: Reservation) {
  return inTransaction(context.em, async (tx) => {
    const key = await takeKey(tx, keyed)
    if (key.kind === 'conflict') return refused(key.refusal)
    if (key.kind === 'repeat') {
      const { enrolmentId = null, paymentId = null } = key.result
      return { enrolmentId, paymentId, refusals: [] }
    }
    await lockLearner(tx, reservation.learner.id)
    // Complete runs stay complete. What was read before the lock may be the price of yesterday.
    const run = (await lockRun(tx, reservation.runId)) as CompleteRun
    const firstRefusal = await refusalUnderLock(context, tx, run, reservation)
    if (firstRefusal) return refused(firstRefusal)
    const made = await make(context, tx, run, reservation)
    const { enrolmentId, paymentId } = made
    key.keep({ enrolmentId: enrolmentId as string, ...(paymentId !== null && { paymentId }) })
    return made
  })
}

async function refusalUnderLock(context: Context, tx: EntityManager, run: CompleteRun, reservation: Reservation) {
  const { learner, places } = reservation
  const now = context.now()
  const firstRefusal = enrolmentRefusal({
    run,
    withdrawn: false,
    now,
    active: await activeOn(tx, learner.id, run.id),
    freePlaces: await freePlaces(tx, run.id, places),
    holdsEnd: await unpaidHoldsEnd(tx, learner.id, now),
  })
  if (firstRefusal?.__typename === RateLimited.name) context.heldBack(context.viewer, 'unpaid-holds')
  return firstRefusal ?? priceRefusal(context.providers, run, reservation)
}

async function make(
  { now, settings, viewer, acceptLanguage }: Context,
  tx: EntityManager,
  run: CompleteRun,
  { learner, paymentMethod, returnUrl, expressRequest }: Reservation,
): Promise<PaymentResult<never>> {
  const at = now()
  const holdExpiresAt = holdUntil(at, settings.holdMinutes)
  const beginning = {
    learnerId: learner.id,
    runId: run.id,
    status: 'PENDING_PAYMENT' as const,
    holdExpiresAt,
    priceMinor: run.priceMinor,
    priceCurrency: run.currency,
    termsVersion: settings.terms.version,
    termsAcceptedAt: at,
    expressRequestAt: expressRequest || settings.terms.includesExpressRequest ? at : null,
    registrationUuid: null,
    registeredAt: null,
    language: languageOf(acceptLanguage),
    createdAt: at,
  }
  const enrolment = await addEnrolment(tx, beginning, { cause: 'ENROLLED', actor: viewer.key, at })
  await announceEnrolment(tx, enrolment)
  if (run.priceMinor === 0) return registerFree(tx, enrolment, at)
  const payment = await addPayment(tx, {
    enrolmentId: enrolment.id,
    method: paymentMethod,
    amountMinor: run.priceMinor,
    currency: run.currency,
    returnUrl,
    actor: viewer.key,
    now: at,
  })
  await enrolmentJobs.expire.add(tx, { enrolmentId: enrolment.id }, { runAt: givenUpAt(holdExpiresAt) })
  return { enrolmentId: enrolment.id, paymentId: payment.id, refusals: [] }
}

/** What costs nothing is paid. */
async function registerFree(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<PaymentResult<never>> {
  enrolment.holdExpiresAt = null
  await moveEnrolment(tx, enrolment, 'PAID', { cause: 'NOTHING_TO_PAY', at })
  await enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
  return { enrolmentId: enrolment.id, paymentId: null, refusals: [] }
}
