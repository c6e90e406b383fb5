/** Sends a refund to its provider: looks first when the outcome of an earlier call is open, then the stored key. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import { type Context, type Job, TryAgainLater } from '../context.ts'
import { move } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { isOutsideFailure, type OutsideFailure } from '../values/outside-failure.ts'
import { Payment } from './payment.ts'
import type { ProviderRefund } from './payment-provider.ts'
import { refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'
import { settleRefund } from './settle-refund.ts'

/** Refusals that time mends: a new attempt with a new key, later. */
const mendedByTime = new Set(['REFUND_FAILED_INSUFFICIENT_FUNDS', 'PENDING_CAPTURE', 'insufficient_funds'])
const laterSeconds = 15 * 60

/** Runs `work` with payment and refund locked, in that order. */
async function locked(
  context: Context,
  refundId: string,
  work: (tx: EntityManager, payment: Payment, refund: Refund) => Promise<void>,
): Promise<void> {
  await inTransaction(context.em, async (tx) => {
    const { paymentId } = await tx.findOneOrFail(Refund, refundId)
    const payment = await tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    const refund = await tx.findOneOrFail(Refund, refundId, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
    await work(tx, payment, refund)
  })
}

async function submit(context: Context, refundId: string): Promise<void> {
  const em = context.em.fork()
  const refund = await em.findOneOrFail(Refund, refundId)
  if (!['REQUESTED', 'SUBMITTED', 'UNKNOWN', 'PENDING'].includes(refund.status)) return
  const payment = await em.findOneOrFail(Payment, refund.paymentId)
  const captureReference = payment.captureReference as string
  try {
    const seen = (await lookFirst(context, payment, refund)) ?? (await send(context, payment, refund, captureReference))
    await locked(context, refundId, (tx, paid, row) => settleRefund(context, tx, paid, row, seen))
  } catch (error) {
    if (!isOutsideFailure(error)) throw error
    await keepFailure(context, refundId, error)
  }
}

async function lookFirst(context: Context, payment: Payment, refund: Refund): Promise<ProviderRefund | null> {
  if (refund.status === 'REQUESTED') return null
  const provider = context.providers[payment.provider]
  if (refund.reference) return provider.lookRefund(refund.reference)
  const seen = await provider.refundsOf(payment.captureReference as string)
  return seen.find((one) => one.refundId === refund.id) ?? null
}

async function send(context: Context, payment: Payment, refund: Refund, captureReference: string) {
  await locked(context, refund.id, async (tx, _payment, row) => {
    if (row.status !== 'REQUESTED' && row.status !== 'UNKNOWN') return
    move(tx, refundStates, row, 'SUBMITTED', { cause: 'SENT', at: context.now() })
  })
  return context.providers[payment.provider].refund({
    refundId: refund.id,
    captureReference,
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    key: refund.callKey,
  })
}

async function keepFailure(context: Context, refundId: string, failure: OutsideFailure): Promise<void> {
  const at = context.now()
  let again: number | null = failure.retryAfterSeconds ?? 5
  await locked(context, refundId, async (tx, payment, refund) => {
    if (failure.kind === 'UNKNOWN' && refund.status === 'SUBMITTED') {
      move(tx, refundStates, refund, 'UNKNOWN', { cause: 'OUTCOME_UNKNOWN', at })
    }
    if (failure.kind !== 'REFUSED') return
    if (mendedByTime.has(failure.code)) {
      refund.attempt += 1
      refund.callKey = `${refund.id}-refund-${refund.attempt}`
      again = laterSeconds
      return
    }
    again = null
    if (refund.status !== 'SUBMITTED' && refund.status !== 'UNKNOWN') return
    refund.failureReason = failure.code
    refund.settledAt = at
    move(tx, refundStates, refund, 'FAILED', { cause: 'PROVIDER_REFUSED', at })
    await tx.flush()
    await context.paidThing.refundFailed(tx, payment, refund, at)
  })
  if (again !== null) throw new TryAgainLater(failure.message, again)
}

/** Sends a refund, or follows one that is under way. */
export const submitRefundJob: Job = {
  task: 'submit_refund',
  run: (context, { refundId }) => submit(context, refundId as string),
}
