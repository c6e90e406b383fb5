/** Fails a refund that was refused, and adds the next try where time helps. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { move } from '../store/history.ts'
import type { UpstreamFailure } from '../values/upstream-failure.ts'
import { addRefund, type RefundRequest } from './add-refund.ts'
import { nextTryAfterMs, waitAfter } from './after-refusal.rules.ts'
import { balanceOf } from './balance.ts'
import type { Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import type { ProviderPayment } from './payment-provider.ts'
import { refundStates } from './refund.states.ts'
import { Refund, type RefundOrigin } from './refund.ts'
import { endRefund } from './settle-refund.ts'
import { triesUntil } from './unfulfilled-wish.rules.ts'

interface Refused {
  failure: UpstreamFailure
  /** The payment as its provider has it now; null when it knows none. */
  seen: ProviderPayment | null
}

/** Both rows are locked. */
export async function failRefund(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  refund: Refund,
  { failure, seen }: Refused,
): Promise<void> {
  if (refund.status !== 'SUBMITTED' && refund.status !== 'UNKNOWN') return
  const at = context.now()
  const code = failure.code.toUpperCase()
  move(tx, refundStates, refund, 'FAILED', { cause: 'PROVIDER_REFUSED', at })
  refund.waitingFor = null
  refund.providerMessage = failure.said
  await tx.flush()
  const again = await nextTry(tx, payment, refund, { code, seen, at })
  if (again === null) return endRefund(tx, context, payment, refund, code, at)
  refund.settledAt = at
  refund.failureReason = code
  const { reason, keepRegistration, requestedBy } = refund
  // Whoever waits for the money hears of the last of them only: one request, however many rows.
  await addRefund(tx, payment, { reason, keepRegistration, requestedBy, wish: refund, now: at, ...again })
}

/** These ask for the whole of what is left, whatever that was when they asked. */
const ofTheWhole: readonly RefundOrigin[] = ['LEARNER', 'COMPENSATION', 'RUN_CANCELLED']

/** The next row of the wish: later for what time mends, of less where part had gone back unheard; null when it is over. */
async function nextTry(
  tx: EntityManager,
  payment: Payment,
  refund: Refund,
  { code, seen, at }: { code: string; seen: ProviderPayment | null; at: Date },
): Promise<Pick<RefundRequest, 'origin' | 'amountMinor' | 'wait'> | null> {
  const { amountMinor, origin } = refund
  // What somebody made at the provider is not made anew from here.
  if (origin === 'PROVIDER') return null
  const { leftMinor } = await balanceOf(tx, payment)
  const waitingFor = waitAfter(code)
  if (waitingFor && leftMinor >= amountMinor) {
    const until = await nextTryAt(tx, refund, at)
    return until && { origin, amountMinor, wait: { waitingFor, until } }
  }
  const restMinor = Math.min(leftMinor, seen === null ? 0 : heldBy(seen))
  if (!ofTheWhole.includes(origin) || restMinor === 0 || restMinor >= amountMinor) return null
  return { origin, amountMinor: restMinor }
}

/** Null when it has been tried for long enough. */
async function nextTryAt(tx: EntityManager, refund: Refund, at: Date): Promise<Date | null> {
  const wish = await tx.find(Refund, { wishId: refund.wishId }, { orderBy: { id: 'asc' } })
  const tries = triesUntil(wish, refund)
  const first = tries[0] as Refund
  const afterMs = nextTryAfterMs(tries.length - 1, at.getTime() - first.requestedAt.getTime())
  return afterMs === null ? null : new Date(at.getTime() + afterMs)
}

/** What its provider has not given back of it. */
function heldBy({ capture, refunds }: ProviderPayment): number {
  const back = refunds.filter(({ state }) => state === 'PENDING' || state === 'SUCCEEDED')
  return Math.max(0, (capture?.amount.amountMinor ?? 0) - back.reduce((sum, { amount }) => sum + amount.amountMinor, 0))
}
