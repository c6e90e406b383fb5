/** Submits a refund to its provider, or follows one that is under way: looks first, then sends the stored key. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type Job, TryAgainLater } from '../context.ts'
import { type MoveCause, move } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { isOutsideFailure, type OutsideFailure } from '../values/outside-failure.ts'
import { lookAt } from './advance-payment.ts'
import { findPayment, lockRefund, type Paying, type Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import type { PaymentProvider, ProviderPayment, ProviderRefund } from './payment-provider.ts'
import { recordSeenWithin } from './record-seen.ts'
import { isOpenRefund, refundStates } from './refund.states.ts'
import { Refund, type RefundOrigin } from './refund.ts'
import { addRefund, type RefundRequest, refundableMinor } from './request-refund.ts'
import { endRefund, settleRefund } from './settle-refund.ts'

/** Refusals that time mends, in the providers' own words: tried again later, as a new row with a new key. */
const MENDED_BY_TIME = new Set(['REFUND_FAILED_INSUFFICIENT_FUNDS', 'PENDING_CAPTURE', 'INSUFFICIENT_FUNDS'])
/** With one, two, four … hours between them this is a day and a half; after that a person has to see to it. */
const MOST_ATTEMPTS = 6
const MENDS_WITHIN_MS = 60 * 60_000
/** How long a provider may take to settle what it has accepted before it is asked again, in seconds. */
const PENDING_LOOK_SECONDS = 30 * 60

/**
 * Brings a refund to its end or as far as it goes today: REQUESTED is submitted; SUBMITTED and UNKNOWN, whose answer was
 * lost, are looked for before the same key is sent again; PENDING is asked about. One that has settled is left.
 * Throws OutsideFailure when the provider cannot be asked, TryAgainLater while it is PENDING.
 */
export async function submitRefund(context: Paying, refundId: string): Promise<void> {
  const refund = await context.em.fork({ clear: true }).findOneOrFail(Refund, refundId)
  if (!isOpenRefund(refund.status)) return
  const payment = await findPayment(context.em, refund.paymentId)
  try {
    const found = refund.status === 'REQUESTED' ? null : await find(context, payment, refund)
    const seen = found ?? (await send(context, payment, refund))
    await record(context, refundId, seen)
    if (seen.state === 'PENDING') throw new TryAgainLater('the refund is pending', PENDING_LOOK_SECONDS)
  } catch (failure) {
    if (!isOutsideFailure(failure) || failure.kind === 'UNAVAILABLE') throw failure
    if (failure.kind === 'UNKNOWN') {
      await recordUnknown(context, refundId)
      throw failure
    }
    await refused(context, payment, refundId, failure)
  }
}

/** The refund as its provider has it, by its reference or by our id in it; null when it never arrived there. */
async function find({ providers }: Paying, payment: Payment, refund: Refund): Promise<ProviderRefund | null> {
  const provider = providers[payment.provider]
  if (refund.reference !== null) return provider.lookRefund(refund.reference)
  return ours(await provider.refundsOf(payment.captureReference as string), refund.id)
}

function ours(refunds: readonly ProviderRefund[], refundId: string): ProviderRefund | null {
  return refunds.find((one) => one.refundId === refundId) ?? null
}

/** Transaction 1: SUBMITTED; then the call, with the key that is stored. */
async function send(context: Paying, payment: Payment, refund: Refund): ReturnType<PaymentProvider['refund']> {
  const at = context.now()
  await locked(context, refund.id, async (tx, _payment, row) => {
    if (row.status !== 'REQUESTED' && row.status !== 'UNKNOWN') return
    move(tx, refundStates, row, 'SUBMITTED', { cause: 'REFUND_SUBMITTED', at })
  })
  return context.providers[payment.provider].refund({
    refundId: refund.id,
    captureReference: payment.captureReference as string,
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    key: refund.callKey,
  })
}

function record(context: Paying, refundId: string, seen: ProviderRefund): Promise<void> {
  const why: MoveCause = { cause: 'PROVIDER_ANSWERED', at: context.now() }
  return locked(context, refundId, (tx, payment, refund) => settleRefund(tx, context, payment, refund, seen, why))
}

function recordUnknown(context: Paying, refundId: string): Promise<void> {
  const at = context.now()
  return locked(context, refundId, async (tx, _payment, refund) => {
    if (refund.status === 'SUBMITTED') move(tx, refundStates, refund, 'UNKNOWN', { cause: 'PROVIDER_SILENT', at })
  })
}

/**
 * A definitive no. The payment is looked at first, for it may have been refunded already, by this refund or by somebody
 * at the provider. If not by this one, it has failed; what time mends is tried again as a new one.
 */
async function refused(context: Paying, payment: Payment, refundId: string, failure: OutsideFailure): Promise<void> {
  const look = { cause: 'REFUND_REFUSED', lookedAt: context.now() }
  const seen = await lookAt(context, payment)
  await locked(context, refundId, async (tx, paid, refund) => {
    const arrived = seen !== null && ours(seen.refunds, refundId) !== null
    // First the failure, then what came instead: money that is back has the last word.
    if (!arrived) await fail(tx, context, paid, refund, { code: failure.code.toUpperCase(), seen })
    if (seen) await recordSeenWithin(tx, context, paid.id, seen, look)
  })
}

async function fail(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  refund: Refund,
  { code, seen }: { code: string; seen: ProviderPayment | null },
): Promise<void> {
  if (refund.status !== 'SUBMITTED' && refund.status !== 'UNKNOWN') return
  const at = context.now()
  move(tx, refundStates, refund, 'FAILED', { cause: 'PROVIDER_REFUSED', at })
  await tx.flush()
  const again = await nextAttempt(tx, payment, refund, { code, seen })
  if (again === null) return endRefund(tx, context, payment, refund, code, at)
  refund.settledAt = at
  refund.failureReason = code
  const { origin, reason, keepRegistration, requestedBy } = refund
  // Whoever waits for the money hears of the last of them only: one wish, however many rows.
  await addRefund(tx, payment, { origin, reason, keepRegistration, requestedBy, now: at, ...again })
}

/** These ask for the whole of what is left, whatever that was when they asked. */
const OF_THE_WHOLE: readonly RefundOrigin[] = ['LEARNER', 'COMPENSATION']

/** The next row of the wish: later for what time mends, of less where part had gone back unheard; null when it is over. */
async function nextAttempt(
  tx: EntityManager,
  payment: Payment,
  { amountMinor, origin, attempt }: Refund,
  { code, seen }: { code: string; seen: ProviderPayment | null },
): Promise<Pick<RefundRequest, 'amountMinor' | 'attempt' | 'afterMs'> | null> {
  if (attempt >= MOST_ATTEMPTS) return null
  const next = attempt + 1
  const roomMinor = await refundableMinor(tx, payment)
  if (MENDED_BY_TIME.has(code) && roomMinor >= amountMinor) {
    return { amountMinor, attempt: next, afterMs: waitBeforeMs(next) }
  }
  const leftMinor = Math.min(roomMinor, seen === null ? 0 : leftAt(seen))
  if (!OF_THE_WHOLE.includes(origin) || leftMinor === 0 || leftMinor >= amountMinor) return null
  return { amountMinor: leftMinor, attempt: next, afterMs: 0 }
}

/** What its provider has not given back of it. */
function leftAt({ capture, refunds }: ProviderPayment): number {
  const back = refunds.filter(({ state }) => state === 'PENDING' || state === 'SUCCEEDED')
  return Math.max(0, (capture?.amount.amountMinor ?? 0) - back.reduce((sum, { amount }) => sum + amount.amountMinor, 0))
}

/** How long time is given to mend what was refused, before this attempt. */
function waitBeforeMs(attempt: number): number {
  return attempt === 1 ? 0 : MENDS_WITHIN_MS * 2 ** (attempt - 2)
}

/** Whether the refund is submitted only later, for its last attempt was refused for now. */
export function waitsForItsTurn({ status, attempt, requestedAt }: Refund, now: Date): boolean {
  return status === 'REQUESTED' && now.getTime() < requestedAt.getTime() + waitBeforeMs(attempt)
}

/** Runs `work` in one transaction with the payment and then the refund locked. */
function locked(
  context: Paying,
  refundId: string,
  work: (tx: EntityManager, payment: Payment, refund: Refund) => Promise<void>,
): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    const { payment, refund } = await lockRefund(tx, refundId)
    await work(tx, payment, refund)
  })
}

/** Submits a refund, or follows one that is under way. */
export const submitRefundJob: Job = {
  task: 'submit_refund',
  run: (context, payload) => submitRefund(context, payload.refundId as string),
}
