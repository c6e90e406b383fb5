/** Asks the provider where the buyer pays: stored key, call outside any transaction, outcome stored after it. */
import { LockMode } from '@mikro-orm/postgresql'
import { type Context, type Job, TryAgainLater } from '../context.ts'
import { globalId } from '../graph/node.ts'
import { move } from '../store/history.ts'
import { addJob, inTransaction } from '../store/transaction.ts'
import { isOutsideFailure, type OutsideFailure } from '../values/outside-failure.ts'
import { paymentStates } from './payment.states.ts'
import { Payment } from './payment.ts'
import type { ProviderPayment } from './payment-provider.ts'

/** Stripe closes a page no earlier than 30 minutes after it was opened. */
const leastPageMinutes = 31

export interface Opened {
  payment: Payment
  /** Why there is no page yet; null when there is one, or nothing was to be done. */
  failure: OutsideFailure | null
}

/** The client's return address with the payment and how the buyer came back. */
function returnAddress(payment: Payment, result: 'returned' | 'cancelled'): string {
  const url = new URL(payment.returnUrl)
  url.searchParams.set('payment', globalId('Payment', payment.id))
  url.searchParams.set('result', result)
  return url.href
}

/** Opens a payment that is CREATED or UNKNOWN; any other is left as it is. Repeating it never opens a second page. */
export async function openPayment(context: Context, paymentId: string): Promise<Opened> {
  const payment = await context.em.fork().findOneOrFail(Payment, paymentId)
  if (payment.status !== 'CREATED' && payment.status !== 'UNKNOWN') return { payment, failure: null }
  try {
    const seen = await ask(context, payment)
    return { payment: await keepOpened(context, paymentId, seen), failure: null }
  } catch (error) {
    if (!isOutsideFailure(error)) throw error
    return { payment: await keepFailure(context, paymentId, error), failure: error }
  }
}

async function ask(context: Context, payment: Payment): Promise<ProviderPayment> {
  const provider = context.providers[payment.provider]
  // The outcome of an earlier call is not known: look before the same key is sent again.
  const found = payment.status === 'UNKNOWN' ? await provider.findByPaymentId(payment.id, payment.createdAt) : null
  if (found) return found
  const order = await context.paidThing.orderFor(context.em.fork(), payment)
  const leastMs = context.now().getTime() + leastPageMinutes * 60_000
  return provider.open({
    paymentId: payment.id,
    enrolmentId: payment.enrolmentId,
    amount: { amountMinor: payment.amountMinor, currency: payment.currency },
    description: order.description.slice(0, 120),
    buyerEmail: order.buyerEmail,
    returnUrl: returnAddress(payment, 'returned'),
    cancelUrl: returnAddress(payment, 'cancelled'),
    expiresAt: new Date(Math.max(payment.createdAt.getTime() + leastPageMinutes * 60_000, leastMs)),
    key: payment.openKey,
  })
}

function keepOpened(context: Context, paymentId: string, seen: ProviderPayment): Promise<Payment> {
  return inTransaction(context.em, async (tx) => {
    const payment = await tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (payment.status !== 'CREATED' && payment.status !== 'UNKNOWN') return payment
    payment.reference = seen.reference
    payment.redirectUrl = seen.redirectUrl
    payment.actionExpiresAt = seen.expiresAt
    move(tx, paymentStates, payment, 'REQUIRES_ACTION', { cause: 'PROVIDER_OPENED', at: context.now() })
    // Whatever else it turned out to be, the job that asks again finds out.
    if (seen.state !== 'REQUIRES_ACTION') await addJob(tx, 'advance_payment', { paymentId })
    return payment
  })
}

async function keepFailure(context: Context, paymentId: string, failure: OutsideFailure): Promise<Payment> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const payment = await tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (payment.status !== 'CREATED' && payment.status !== 'UNKNOWN') return payment
    if (failure.kind === 'REFUSED') {
      payment.failureCode = 'PROVIDER_REFUSED'
      payment.failureMessage = 'The payment provider refused to open this payment; try the other way to pay.'
      payment.failureRetryable = true
      move(tx, paymentStates, payment, 'FAILED', { cause: 'PROVIDER_REFUSED', at })
      return payment
    }
    if (failure.kind === 'UNKNOWN' && payment.status === 'CREATED') {
      move(tx, paymentStates, payment, 'UNKNOWN', { cause: 'OUTCOME_UNKNOWN', at })
    }
    const seconds = failure.retryAfterSeconds ?? 3
    const runAt = new Date(Date.now() + seconds * 1000)
    await addJob(tx, 'open_payment', { paymentId }, { key: `open_payment:${paymentId}`, runAt })
    return payment
  })
}

/** The safety net: opens what its caller could not, or no longer could. */
export const openPaymentJob: Job = {
  task: 'open_payment',
  async run(context, { paymentId }) {
    const { failure } = await openPayment(context, paymentId as string)
    if (failure && failure.kind !== 'REFUSED') throw new TryAgainLater(failure.message, failure.retryAfterSeconds)
  },
}
