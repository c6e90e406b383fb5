/** Reserves a place in one transaction: idempotency key, enrolment, payment and their jobs. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { LearnerIdentity } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { CompleteRun } from '../courses/loaders.ts'
import { addPayment } from '../payments/add-payment.ts'
import type { PaymentMethod } from '../payments/payment.ts'
import { type KeyedRequest, takeKey } from '../store/idempotent.ts'
import { announce, inTransaction } from '../store/transaction.ts'
import { addEnrolment } from './add-enrolment.ts'
import { lockRun, moveEnrolment, registerSoon } from './change-enrolment.ts'
import { enrolmentRefusal } from './enrolment.rules.ts'
import { Enrolment, endedStatuses } from './enrolment.ts'
import { expireAt } from './expire.ts'
import { type PaymentResult, refused } from './pay.ts'
import { freePlaces, type PlacesSeen } from './places.ts'

export interface Reservation {
  learner: LearnerIdentity
  run: CompleteRun
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
export function reserve(context: Context, keyed: KeyedRequest, reservation: Reservation): Promise<PaymentResult> {
  return inTransaction(context.em, async (tx) => {
    const key = await takeKey(tx, keyed)
    if (key.kind === 'conflict') return refused(key.refusal)
    if (key.kind === 'repeat') {
      const { enrolmentId = null, paymentId = null } = key.result
      return { enrolmentId, paymentId, refusals: [] }
    }
    const firstRefusal = await refusalUnderLock(context, tx, reservation)
    if (firstRefusal) return refused(firstRefusal)
    const made = await make(context, tx, reservation)
    const { enrolmentId, paymentId } = made
    key.keep({ enrolmentId: enrolmentId as string, ...(paymentId !== null && { paymentId }) })
    return made
  })
}

async function refusalUnderLock({ now }: Context, tx: EntityManager, { learner, run, places }: Reservation) {
  const row = (await lockRun(tx, run.id)) as CompleteRun
  const active = await activeOn(tx, learner.id, run.id)
  const free = await freePlaces(tx, run.id, places)
  return enrolmentRefusal({ run: row, withdrawn: false, now: now(), active, freePlaces: free })
}

async function make(
  { now, settings, viewer }: Context,
  tx: EntityManager,
  reservation: Reservation,
): Promise<PaymentResult> {
  const { learner, run } = reservation
  const at = now()
  const holdExpiresAt = new Date(at.getTime() + settings.holdMinutes * 60_000)
  const beginning = {
    learnerId: learner.id,
    runId: run.id,
    status: 'PENDING_PAYMENT' as const,
    holdExpiresAt,
    registrationUuid: null,
    registeredAt: null,
    createdAt: at,
  }
  const enrolment = await addEnrolment(tx, beginning, { cause: 'ENROLLED', actor: viewer.key, at })
  await announce(tx, 'enrolment', enrolment.id)
  if (run.priceMinor === 0) return registerFree(tx, enrolment, at)
  const payment = await addPayment(tx, {
    enrolmentId: enrolment.id,
    method: reservation.paymentMethod,
    amountMinor: run.priceMinor,
    currency: run.currency,
    returnUrl: reservation.returnUrl,
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
