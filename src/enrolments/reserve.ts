/** Reserves a place on a run in one transaction: key, enrolment, payment, and the jobs that go on with them. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { LearnerIdentity } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import type { Refusal } from '../graph/contract/user-error.ts'
import { addPayment } from '../payments/add-payment.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { beginHistory } from '../store/history.ts'
import { type KeyedRequest, takeKey } from '../store/idempotent.ts'
import { newId } from '../store/row.ts'
import { announce, inTransaction } from '../store/transaction.ts'
import { lockRun, moveEnrolment, registerSoon } from './change-enrolment.ts'
import { enrolRefusal } from './enrolment.rules.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { expireAt } from './expire.ts'
import { type PaymentResult, refused } from './pay.ts'
import { freePlaces, type PlacesSeen } from './places.ts'

export interface Reservation {
  learner: LearnerIdentity
  runId: string
  /** What the partner said just before. */
  places: PlacesSeen
  paymentMethod: PaymentMethod
  returnUrl: string
}

/** The enrolment that holds the learner's place on the run; null when there is none. */
export function activeOn(em: EntityManager, learnerId: string, runId: string): Promise<Enrolment | null> {
  return em.findOne(Enrolment, { learnerId, runId, status: { $nin: [...endedStatuses] } })
}

/**
 * Enrolment and payment, made once for each key; whatever speaks against it is a refusal and leaves no trace. Under the
 * run's lock, so that two learners for one place are served one after the other.
 */
export function reserve(context: Context, keyed: KeyedRequest, wish: Reservation): Promise<PaymentResult> {
  return inTransaction(context.em, async (tx) => {
    const key = await takeKey(tx, keyed)
    if (key.kind === 'conflict') return refused(key.refusal)
    if (key.kind === 'repeat') {
      const { enrolmentId = null, paymentId = null } = key.result
      return { enrolmentId, paymentId, refusals: [] }
    }
    // Complete runs stay complete. What was read before the lock may be the price of yesterday.
    const run = (await lockRun(tx, wish.runId)) as CompleteRun
    const no = await refusalUnderLock(context, tx, run, wish)
    if (no) return refused(no)
    const made = await make(context, tx, run, wish)
    const { enrolmentId, paymentId } = made
    key.keep({ enrolmentId: enrolmentId as string, ...(paymentId !== null && { paymentId }) })
    return made
  })
}

async function refusalUnderLock(
  { now }: Context,
  tx: EntityManager,
  run: CompleteRun,
  { learner, places }: Reservation,
): Promise<Refusal | null> {
  const active = await activeOn(tx, learner.id, run.id)
  const free = await freePlaces(tx, run.id, places)
  return enrolRefusal({ run, withdrawn: false, now: now(), active, freePlaces: free })
}

async function make(
  { now, settings, viewer }: Context,
  tx: EntityManager,
  run: CompleteRun,
  { learner, paymentMethod, returnUrl }: Reservation,
): Promise<PaymentResult> {
  const at = now()
  const holdExpiresAt = new Date(at.getTime() + settings.holdMinutes * 60_000)
  const enrolment = tx.create(Enrolment, {
    id: newId(),
    learnerId: learner.id,
    runId: run.id,
    status: 'PENDING_PAYMENT',
    paymentId: null,
    holdExpiresAt,
    registrationUuid: null,
    registeredAt: null,
    studyUrl: null,
    stepsCompletedRatio: null,
    stepsCompleted: null,
    progressSeenAt: null,
    resultOutcome: null,
    resultGrade: null,
    resultAwardedOn: null,
    resultIdentityVerified: null,
    statusBeforeRevoking: null,
    createdAt: at,
    updatedAt: at,
  })
  beginHistory(tx, enrolmentStates, enrolment, { cause: 'ENROLLED', actor: viewer.key, at })
  await tx.flush()
  await announce(tx, 'enrolment', enrolment.id)
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
  await expireAt(tx, enrolment.id, holdExpiresAt)
  return { enrolmentId: enrolment.id, paymentId: payment.id, refusals: [] }
}

/** What costs nothing is paid. */
async function registerFree(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<PaymentResult> {
  enrolment.holdExpiresAt = null
  await moveEnrolment(tx, enrolment, 'PAID', { cause: 'NOTHING_TO_PAY', at })
  await registerSoon(tx, enrolment.id)
  return { enrolmentId: enrolment.id, paymentId: null, refusals: [] }
}
