/** Submits a refund with its stored key, after looking for one under way. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type MoveCause, move } from '../store/history.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure, UpstreamFailure } from '../values/upstream-failure.ts'
import { lookAt } from './advance-payment.ts'
import { failRefund } from './fail-refund.ts'
import { issuePapers } from './papers/issue-papers.ts'
import { recordReferences } from './papers/record-references.ts'
import { findPayment, lockRefund, type Paying } from './paying.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { PaymentProvider, ProviderRefund, UnreadPart } from './payment-provider.ts'
import { closePermissionCase, openPermissionCase } from './permission-case.ts'
import { recordSeenWithin } from './record-seen.ts'
import { isOpenRefund, type RefundCause, refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'
import { settleRefundCases } from './refund-cases.ts'
import { settleRefund } from './settle-refund.ts'

/** How long a provider may take to settle what it has accepted before it is asked again, in seconds. */
const PENDING_LOOK_SECONDS = 30 * 60
/** Longer than the call may take: whoever has not said by then how it went is dead. */
const CLAIM_LASTS_MS = 15_000
/** How often it is asked whether the permission is there by now. */
const PERMISSION_LOOK_SECONDS = 15 * 60

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
  let found: ProviderRefund | null
  try {
    found = refund.status === 'REQUESTED' ? null : await find(context, payment, refund)
  } catch (failure) {
    if (!isUpstreamFailure(failure, 'NOT_PERMITTED')) throw failure
    return waitForPermission(context, refundId, 'look', failure)
  }
  if (found) return record(context, refundId, found, ['look'])
  if (refund.status === 'PENDING') return PENDING_LOOK_SECONDS
  const key = await claim(context, refundId)
  return key === null ? CLAIM_LASTS_MS / 1000 : sendWith(context, payment, refund, key)
}

async function sendWith(context: Paying, payment: Payment, refund: Refund, key: string): Promise<number | null> {
  try {
    const done = refund.status === 'REQUESTED' ? (['refund'] as const) : (['look', 'refund'] as const)
    return await record(context, refund.id, await send(context, payment, refund, key), done)
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    if (failure.kind === 'NOT_PERMITTED') return waitForPermission(context, refund.id, 'refund', failure)
    if (failure.kind === 'REFUSED') return refused(context, payment, refund.id, failure)
    await release(context, refund.id, failure)
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
 * Transaction 1: SUBMITTED, and being sent. The key to send with; null when it has got further meanwhile, or when
 * somebody else is sending it: of two calls with one key a provider may refuse one and grant the other.
 */
function claim(context: Paying, refundId: string): Promise<string | null> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const { payment, refund } = await lockRefund(tx, refundId)
    const { status, sendingSince } = refund
    const taken = sendingSince !== null && at.getTime() - sendingSince.getTime() < CLAIM_LASTS_MS
    if (!isOpenRefund(status) || status === 'PENDING' || taken) return null
    refund.sendingSince = at
    refund.nextTryAt = null
    if (status !== 'SUBMITTED') move(tx, refundStates, refund, 'SUBMITTED', { cause: 'REFUND_SUBMITTED', at })
    await tx.flush()
    await context.paymentSubject.changed(tx, payment)
    return refund.callKey
  })
}

function send(
  { providers }: Paying,
  payment: Payment,
  refund: Refund,
  key: string,
): ReturnType<PaymentProvider['refund']> {
  return providers[payment.provider].refund({
    refundId: refund.id,
    captureReference: payment.captureReference as string,
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    key,
  })
}

/** `done`: what our key was just let do. Answers in how many seconds it has to be looked at again. */
function record(
  context: Paying,
  refundId: string,
  seen: ProviderRefund,
  done: readonly ('look' | 'refund')[],
): Promise<number | null> {
  const why: MoveCause<RefundCause> = { cause: 'PROVIDER_ANSWERED', at: context.now() }
  return locked(context, refundId, async (tx, payment, refund) => {
    refund.sendingSince = null
    await settleRefund(tx, context, payment, refund, seen, why)
    for (const call of done) await closePermissionCase(tx, payment.provider, call, why.at)
    return seen.state === 'PENDING' ? PENDING_LOOK_SECONDS : null
  })
}

/** Nobody sends it any more; whether it was done nobody may know. */
function release(context: Paying, refundId: string, { kind, said }: UpstreamFailure): Promise<void> {
  const at = context.now()
  return locked(context, refundId, async (tx, _payment, refund) => {
    refund.sendingSince = null
    if (refund.status !== 'SUBMITTED') return
    refund.waitingFor = 'PROVIDER_SILENT'
    refund.providerMessage = said ?? refund.providerMessage
    if (kind === 'UNKNOWN') move(tx, refundStates, refund, 'UNKNOWN', { cause: 'PROVIDER_SILENT', at })
  })
}

/**
 * Our key may not: nothing was done, and nothing is decided. It is sent with the next key, for the answer to this one may
 * be kept. One that may only not be looked for may have been made: nothing is said of its last call, which stays with the
 * provider. Answers in how many seconds it is tried again.
 */
function waitForPermission(
  context: Paying,
  refundId: string,
  doing: 'look' | 'refund',
  { said }: UpstreamFailure,
): Promise<number> {
  const at = context.now()
  return locked(context, refundId, async (tx, payment, refund) => {
    if (!isOpenRefund(refund.status)) return PERMISSION_LOOK_SECONDS
    if (doing === 'refund') {
      refund.callKey = keyAfter(refund.callKey)
      refund.sendingSince = null
    }
    refund.waitingFor = 'PROVIDER_PERMISSION'
    refund.nextTryAt = new Date(at.getTime() + PERMISSION_LOOK_SECONDS * 1000)
    refund.providerMessage = said ?? refund.providerMessage
    await openPermissionCase(tx, payment.provider, doing, said, at)
    return PERMISSION_LOOK_SECONDS
  })
}

/** The key of the next call: it ends in the number of the call. */
function keyAfter(key: string): string {
  return key.replace(/\d+$/, (call) => String(Number(call) + 1))
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
    if (!arrived) await failRefund(tx, context, paid, refund, { failure, seen })
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

/** Whether the refund is submitted only later, for its last call was refused for now. */
export function waitsForItsTurn({ nextTryAt }: Refund, now: Date): boolean {
  return nextTryAt !== null && now < nextTryAt
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
    await settleRefundCases(tx, context.now(), payment.id)
    await context.paymentSubject.changed(tx, payment)
    return result
  })
}

/** Submits a refund, or follows one that is under way: whoever looks again begins to count its tries anew. */
export const submitRefundJob = paymentJobs.submitRefund.runs(async (context: Paying, { refundId }) => {
  const seconds = await submitRefund(context, refundId)
  if (seconds === null) return
  const runAt = new Date(context.now().getTime() + seconds * 1000)
  // One that was added meanwhile comes sooner.
  const time = { runAt, preserveRunAt: true }
  await inTransaction(context.em, (tx) => paymentJobs.submitRefund.add(tx, { refundId }, time))
})
