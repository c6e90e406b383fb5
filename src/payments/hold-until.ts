/** Tells until when a place is held for a page that is opened now. */

/** Stripe takes no page that closes within 30 minutes; the shortest hold is a minute more, for the call. */
const CALL_WITHIN_MS = 60_000
const MINUTE_MS = 60_000

/** In whole seconds, for Stripe knows no others: the hold, the page and what the provider is told are one instant. */
export function holdUntil(now: Date, holdMinutes: number): Date {
  return new Date(Math.floor(now.getTime() / 1000) * 1000 + holdMinutes * MINUTE_MS)
}

/** Whether a page that closes then can still be asked for: hardly anything of the hold is over. */
export function isFullHold(until: Date, now: Date, holdMinutes: number): boolean {
  return until.getTime() - now.getTime() >= holdMinutes * MINUTE_MS - CALL_WITHIN_MS
}
