/** Opens another payment for an enrolment that still awaits one. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOwner, requireLearner } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, InvalidInput, NotFound, rateLimitedUntil, refusal } from '../graph/contract/user-error.ts'
import { lockLearner } from '../learners/lock-learner.ts'
import { addPayment } from '../payments/add-payment.ts'
import { holdUntil } from '../payments/hold-until.ts'
import { isOpenPayment } from '../payments/payment.states.ts'
import { Payment, type PaymentMethod } from '../payments/payment.ts'
import { type KeyedRequest, keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { returnUrlProblem } from '../values/return-url.ts'
import { announceEnrolment } from './announce-enrolment.ts'
import { findEnrolment, lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs, givenUpAt } from './enrolment-jobs.ts'
import { closePayments } from './expire.ts'
import { isUnderWay, notCompleted, pay, refused } from './pay.ts'
import { methodRefusal, priceHeld } from './price-refusal.ts'

export interface RetryRequest {
  enrolmentId: string
  paymentMethod: PaymentMethod
  returnUrl: string
  idempotencyKey: string
}

const field = ['input', 'enrolmentId']
/** So often a place is held for as long again: whoever has not paid on three pages lets others have it. */
const MOST_RENEWALS = 2

/**
 * A new payment and its page; the place is held for as long again, twice at most. A page that is still open is closed
 * first, so that nobody can pay on both. Throws UNAUTHENTICATED or FORBIDDEN for those who are no learners.
 */
export async function retryPayment(context: Context, input: RetryRequest) {
  requireLearner(context.viewer)
  const badKey = keyRefusal(input.idempotencyKey)
  if (badKey) return refused(badKey)
  const badUrl = returnUrlProblem(input.returnUrl, context.settings.returnUrlOrigins)
  if (badUrl !== null) return refused(refusal(InvalidInput, {}, badUrl, ['input', 'returnUrl']))
  const enrolmentId = uuidOf('Enrolment', input.enrolmentId)
  const enrolment = enrolmentId === null ? null : await findEnrolment(context.em, enrolmentId)
  if (enrolment === null || !isOwner(context.viewer, enrolment.learnerId)) {
    const message = 'You have no such enrolment; take enrolmentId from your enrolments.'
    return refused(refusal(NotFound, {}, noSuch('Enrolment', input.enrolmentId, message), field))
  }
  const keyed = keyedRequest(context, input)
  const replaced = await toReplace(context, keyed, enrolment, input.paymentMethod)
  await closePayments(context, replaced, 'CANCELLED', 'REPLACED_BY_RETRY')
  const added = await add(context, keyed, enrolment, input)
  return added.paymentId === null ? added : pay(context, enrolment.id, added.paymentId)
}

function keyedRequest({ viewer, now }: Context, { idempotencyKey: key, ...request }: RetryRequest): KeyedRequest {
  return { caller: viewer.key, operation: 'retryPayment', key, request, now: now() }
}

/**
 * The open payments in whose place a new one comes: none for a repeat of the key, or where none can come. Those that come
 * after this look stay: they are of another retry, and may be the last that there can be.
 */
function toReplace(
  context: Context,
  keyed: KeyedRequest,
  enrolment: Enrolment,
  method: PaymentMethod,
): Promise<Payment[]> {
  return inTransaction(context.em, async (tx) => {
    const isNew = (await takeKey(tx, keyed)).kind === 'new'
    if (!isNew || mayPay(context, enrolment) !== null) return []
    if (methodRefusal(context.providers, priceHeld(enrolment), method) !== null) return []
    const payments = await tx.find(Payment, { enrolmentId: enrolment.id })
    return payments.length > MOST_RENEWALS ? [] : payments.filter(({ status }) => isOpenPayment(status))
  })
}

/** Why the enrolment takes no payment; null when it waits for one. */
function mayPay({ now }: Context, { status, holdExpiresAt }: Enrolment) {
  const holdOver = status === 'PENDING_PAYMENT' && holdExpiresAt !== null && now() >= holdExpiresAt
  if (status === 'PENDING_PAYMENT' && !holdOver) return null
  const from = holdOver ? 'EXPIRED' : status
  const message =
    from === 'EXPIRED' || from === 'CANCELLED'
      ? 'The place is not held any more; enrol again.'
      : 'This enrolment does not wait for a payment.'
  return refusal(IllegalTransition, { from, to: 'PENDING_PAYMENT' }, message, field)
}

/** The transaction: key, payment, and the hold that begins anew. The payments are locked before the enrolment. */
function add(context: Context, keyed: KeyedRequest, { id: enrolmentId, learnerId }: Enrolment, input: RetryRequest) {
  return inTransaction(context.em, async (tx) => {
    const key = await takeKey(tx, keyed)
    if (key.kind === 'conflict') return refused(key.refusal)
    if (key.kind === 'repeat') return { enrolmentId, paymentId: key.result.paymentId as string, refusals: [] }
    // A hold that is renewed has not been counted as over by an enrol of the same learner.
    await lockLearner(tx, learnerId)
    const payments = await lockPayments(tx, enrolmentId)
    const enrolment = await lockEnrolment(tx, enrolmentId)
    // Before the hold: money that is on its way is no place that is not held any more.
    const underWay = enrolment.status === 'PENDING_PAYMENT' ? payments.find(isUnderWay) : undefined
    const firstRefusal =
      (underWay ? notCompleted(underWay, field) : null) ??
      mayPay(context, enrolment) ??
      methodRefusal(context.providers, priceHeld(enrolment), input.paymentMethod) ??
      renewalRefusal(context, enrolment, payments) ??
      openRefusal(payments)
    if (firstRefusal) return { enrolmentId, paymentId: null, refusals: [firstRefusal] }
    const payment = await addNext(context, tx, enrolment, input)
    key.keep({ enrolmentId, paymentId: payment.id })
    return { enrolmentId, paymentId: payment.id, refusals: [] }
  })
}

/** Every payment but the first has renewed the hold. One that is being processed is told of instead. */
function renewalRefusal(context: Context, { holdExpiresAt }: Enrolment, payments: readonly Payment[]) {
  if (payments.length <= MOST_RENEWALS || payments.some(isUnderWay)) return null
  context.heldBack(context.viewer, 'hold-renewals')
  const message =
    'This place was held three times; pay on the page that is open, or enrol anew when the hold has ended.'
  return rateLimitedUntil(holdExpiresAt as Date, context.now(), message, field)
}

/** One that could not be closed may be paid yet. */
function openRefusal(payments: readonly Payment[]) {
  const open = payments.find(({ status }) => isOpenPayment(status))
  return open ? notCompleted({ status: open.status, failureMessage: null }, field) : null
}

/** At the price at which the place was reserved. */
async function addNext(
  { viewer, now, settings }: Context,
  tx: EntityManager,
  enrolment: Enrolment,
  { paymentMethod: method, returnUrl }: RetryRequest,
): Promise<Payment> {
  const { amountMinor, currency } = priceHeld(enrolment)
  const at = now()
  const holdExpiresAt = holdUntil(at, settings.holdMinutes)
  enrolment.holdExpiresAt = holdExpiresAt
  enrolment.updatedAt = at
  await tx.flush()
  await enrolmentJobs.expire.add(tx, { enrolmentId: enrolment.id }, { runAt: givenUpAt(holdExpiresAt) })
  await announceEnrolment(tx, enrolment)
  return addPayment(tx, {
    enrolmentId: enrolment.id,
    method,
    amountMinor,
    currency,
    returnUrl,
    actor: viewer.key,
    now: at,
  })
}
