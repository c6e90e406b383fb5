/** Decides what follows when a provider refuses a refund, by its code. */
import type { RefundWait } from './refund.ts'

/** Kept in place of the provider's codes: whoever decides the dispute decides about the money. */
const DISPUTED = 'DISPUTED'

/** What time mends: tried again later, as a new row with a new key. */
const mendedByTime = new Map<string, RefundWait>([
  ['BALANCE_INSUFFICIENT', 'PROVIDER_BALANCE'],
  ['INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
  ['INSUFFICIENT_BALANCE_FOR_REFUND', 'PROVIDER_BALANCE'],
  ['REFUND_FAILED_INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
  ['PENDING_CAPTURE', 'PAYMENT_SETTLEMENT'],
])

/** What no try makes better, the last two when a bank sends the money back: a person pays it some other way. */
const neverPossible = new Set([
  'REFUND_TIME_LIMIT_EXCEEDED',
  'REFUND_NOT_ALLOWED',
  'MAX_NUMBER_OF_REFUNDS_EXCEEDED',
  'CHARGE_NOT_REFUNDABLE',
  'EXPIRED_OR_CANCELED_CARD',
  'LOST_OR_STOLEN_CARD',
])

const disputed = new Set([
  'TRANSACTION_DISPUTED',
  'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK',
  'CHARGE_DISPUTED',
  'REFUND_DISPUTED_PAYMENT',
  'CHARGE_FOR_PENDING_REFUND_DISPUTED',
])

/** What it waits for until it is tried again by itself; null when it is not. */
export const waitAfter = (code: string): RefundWait | null => mendedByTime.get(code) ?? null

/** As which it has failed, and what of it stands: it is an operator's when the provider can never make it. */
export function afterRefusal(
  code: string,
  { ofTheWhole }: { ofTheWhole: boolean },
): { failureReason: string; waitingFor: RefundWait | null } {
  const said = code.toUpperCase()
  if (disputed.has(said)) return { failureReason: DISPUTED, waitingFor: null }
  const never = neverPossible.has(said) || (said === 'PARTIAL_REFUND_NOT_ALLOWED' && ofTheWhole)
  return { failureReason: said, waitingFor: never ? 'OPERATOR' : null }
}

const HOUR_MS = 60 * 60_000
const LONGEST_WAIT_HOURS = 24
const TRIED_FOR_MS = 30 * 24 * HOUR_MS

/** How long until the next try after so many in a row; null when thirty days are over with it. */
export function nextTryAfterMs(triesBefore: number, sinceFirstMs: number): number | null {
  const waitMs = Math.min(2 ** triesBefore, LONGEST_WAIT_HOURS) * HOUR_MS
  return sinceFirstMs + waitMs <= TRIED_FOR_MS ? waitMs : null
}
