/** Submits a refund with its stored key, after looking for one under way. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { TryAgainLater } from '../context.ts'
import { type MoveCause, move } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure, UpstreamFailure } from '../values/upstream-failure.ts'
import { addRefund, type RefundRequest } from './add-refund.ts'
import { lookAt } from './advance-payment.ts'
import { balanceOf } from './balance.ts'
import { issuePapers } from './papers/issue-papers.ts'
import { recordReferences } from './papers/record-references.ts'
import { findPayment, lockRefund, type Paying, type Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { PaymentProvider, ProviderPayment, ProviderRefund, UnreadPart } from './payment-provider.ts'
import { recordSeenWithin } from './record-seen.ts'
import { isOpenRefund, type RefundCause, refundStates } from './refund.states.ts'
import { Refund, type RefundOrigin, type RefundWait } from './refund.ts'
import { endRefund, settleRefund } from './settle-refund.ts'

/** Refusals that time mends, in the providers' own words: tried again later, as a new row with a new key. */
const mendedByTime = new Map<string, RefundWait>([
  ['REFUND_FAILED_INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
  ['INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
  ['PENDING_CAPTURE', 'PAYMENT_SETTLEMENT'],
])
/** With one, two, four … hours between them this is a day and a half; after that a person has to see to it. */
const MOST_ATTEMPTS = 6
const MENDS_WITHIN_MS = 60 * 60_000
/** How long a provider may take to settle what it has accepted before it is asked again, in seconds. */
const PENDING_LOOK_SECONDS = 30 * 60
/** Longer than the call may take: whoever has not said by then how it went is dead. */
const CLAIM_LASTS_MS = 15_000

/**
 * Brings a refund to its end or as far as it goes today: REQUESTED is submitted; SUBMITTED and UNKNOWN, whose answer was
 * lost, are looked for before the same key is sent again; PENDING is asked about. One that has settled is left. Answers
 * in how many seconds somebody has to look again; null when nobody has. Throws UpstreamFailure when the provider cannot
 * be asked.
 */
export async function submitRefund(context: Paying, refundId: string): Promise<number | null> {
  const refund = await context.em.fork({ clear: true }).findOneOrFail(Refund, refundId)
  if (!isOpenRefund(refund.status)) return null
  const payment = await findPayment(context.em, refund.paymentId)
  const found = refund.status === 'REQUESTED' ? null : await find(context, payment, refund)
  if (found) return record(context, refundId, found)
  if (refund.status === 'PENDING') return PENDING_LOOK_SECONDS
  if (!(await claim(context, refundId))) return CLAIM_LASTS_MS / 1000
  try {
    return await record(context, refundId, await send(context, payment, refund))
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    if (failure.kind === 'REFUSED') return refused(context, payment, refundId, failure)
    await release(context, refundId, failure)
    throw failure
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

/**
 * Transaction 1: SUBMITTED, and being sent. False when it has got further meanwhile, or when somebody else is sending it:
 * of two calls with one key a provider may refuse one and grant the other.
 */
function claim(context: Paying, refundId: string): Promise<boolean> {
  const at = context.now()
  return locked(context, refundId, async (tx, _payment, refund) => {
    const { status, sendingSince } = refund
    const taken = sendingSince !== null && at.getTime() - sendingSince.getTime() < CLAIM_LASTS_MS
    if (!isOpenRefund(status) || status === 'PENDING' || taken) return false
    refund.sendingSince = at
    if (status !== 'SUBMITTED') move(tx, refundStates, refund, 'SUBMITTED', { cause: 'REFUND_SUBMITTED', at })
    return true
  })
}

/** With the key that is stored. */
function send({ providers }: Paying, payment: Payment, refund: Refund): ReturnType<PaymentProvider['refund']> {
  return providers[payment.provider].refund({
    refundId: refund.id,
    captureReference: payment.captureReference as string,
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    key: refund.callKey,
  })
}

/** Answers in how many seconds it has to be looked at again. */
function record(context: Paying, refundId: string, seen: ProviderRefund): Promise<number | null> {
  const why: MoveCause<RefundCause> = { cause: 'PROVIDER_ANSWERED', at: context.now() }
  return locked(context, refundId, async (tx, payment, refund) => {
    refund.sendingSince = null
    await settleRefund(tx, context, payment, refund, seen, why)
    return seen.state === 'PENDING' ? PENDING_LOOK_SECONDS : null
  })
}

/** Nobody sends it any more; whether it was done nobody may know. */
function release(context: Paying, refundId: string, { kind }: UpstreamFailure): Promise<void> {
  const at = context.now()
  return locked(context, refundId, async (tx, _payment, refund) => {
    refund.sendingSince = null
    if (kind !== 'UNKNOWN' || refund.status !== 'SUBMITTED') return
    move(tx, refundStates, refund, 'UNKNOWN', { cause: 'PROVIDER_SILENT', at })
  })
}

/**
 * A definitive no. The payment is looked at first, for it may have been refunded already, by this refund or by somebody
 * at the provider. If not by this one, it has failed; what time mends is tried again as a new one.
 */
async function refused(context: Paying, payment: Payment, refundId: string, failure: UpstreamFailure): Promise<null> {
  const look = { cause: 'REFUND_REFUSED', lookedAt: context.now() } as const
  const seen = await lookAt(context, payment)
  const unread = seen?.unread.find(({ part }) => part === 'refunds')
  if (unread) return notKnown(context, refundId, failure, unread)
  return locked(context, refundId, async (tx, paid, refund) => {
    refund.sendingSince = null
    const arrived = seen !== null && ours(seen.refunds, refundId) !== null
    // First the failure, then what came instead: money that is back has the last word.
    if (!arrived) await fail(tx, context, paid, refund, { code: failure.code.toUpperCase(), seen })
    if (seen) await recordSeenWithin(tx, context, paid.id, seen, look)
    return null
  })
}

/** Among its refunds is one that cannot be read: it may be this one, so nobody knows whether it was made. */
async function notKnown(
  context: Paying,
  refundId: string,
  { upstream }: UpstreamFailure,
  { reference, problem }: UnreadPart,
): Promise<never> {
  const text = `${upstream} has a refund ${reference} that cannot be read: ${problem}`
  const unknown = new UpstreamFailure('UNKNOWN', upstream, 'malformed', text)
  await release(context, refundId, unknown)
  throw unknown
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
  const { reason, keepRegistration, requestedBy } = refund
  // Whoever waits for the money hears of the last of them only: one request, however many rows.
  await addRefund(tx, payment, { reason, keepRegistration, requestedBy, wish: refund, now: at, ...again })
}

/** These ask for the whole of what is left, whatever that was when they asked. */
const ofTheWhole: readonly RefundOrigin[] = ['LEARNER', 'COMPENSATION', 'RUN_CANCELLED']

/** The next row of the request: later for what time mends, of less where part had gone back unheard; null when it is over. */
async function nextAttempt(
  tx: EntityManager,
  payment: Payment,
  { amountMinor, origin, attempt }: Refund,
  { code, seen }: { code: string; seen: ProviderPayment | null },
): Promise<Pick<RefundRequest, 'origin' | 'amountMinor' | 'wait'> | null> {
  // What somebody made at the provider is not made anew from here.
  if (origin === 'PROVIDER' || attempt >= MOST_ATTEMPTS) return null
  const { leftMinor } = await balanceOf(tx, payment)
  const waitingFor = mendedByTime.get(code)
  if (waitingFor && leftMinor >= amountMinor) {
    return { origin, amountMinor, wait: { waitingFor, afterMs: MENDS_WITHIN_MS * 2 ** (attempt - 1) } }
  }
  const restMinor = Math.min(leftMinor, seen === null ? 0 : heldBy(seen))
  if (!ofTheWhole.includes(origin) || restMinor === 0 || restMinor >= amountMinor) return null
  return { origin, amountMinor: restMinor }
}

/** What its provider has not given back of it. */
function heldBy({ capture, refunds }: ProviderPayment): number {
  const back = refunds.filter(({ state }) => state === 'PENDING' || state === 'SUCCEEDED')
  return Math.max(0, (capture?.amount.amountMinor ?? 0) - back.reduce((sum, { amount }) => sum + amount.amountMinor, 0))
}

/** Whether the refund is submitted only later, for its last attempt was refused for now. */
export function waitsForItsTurn({ status, nextTryAt }: Refund, now: Date): boolean {
  return status === 'REQUESTED' && nextTryAt !== null && now < nextTryAt
}

/** Runs `work` in one transaction with the payment and then the refund locked, and tells what was paid for of it. */
function locked<Result>(
  context: Paying,
  refundId: string,
  work: (tx: EntityManager, payment: Payment, refund: Refund) => Promise<Result>,
): Promise<Result> {
  return inTransaction(context.em, async (tx) => {
    const { payment, refund } = await lockRefund(tx, refundId)
    const result = await work(tx, payment, refund)
    await tx.flush()
    await recordReferences(tx, payment, [{ kind: 'REFUND', value: refund.reference }])
    await issuePapers(tx, context, payment)
    await context.paymentSubject.changed(tx, payment)
    return result
  })
}

/** Submits a refund, or follows one that is under way. */
export const submitRefundJob = paymentJobs.submitRefund.runs(async (context: Paying, { refundId }) => {
  const seconds = await submitRefund(context, refundId)
  if (seconds !== null) throw new TryAgainLater('the refund is under way', seconds)
})
