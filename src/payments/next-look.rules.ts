/** Says when a captured payment is asked about again although all seems well. */

const DAY_MS = 24 * 60 * 60_000
/** Refunds, bounces and disputes that no webhook told of are found within a week. */
const LOOKED_AT_EVERY_MS = 7 * DAY_MS
/** Neither card networks nor PayPal take a dispute up later, and PayPal refunds no later. */
const LOOKED_AT_FOR_MS = 180 * DAY_MS

/** The look after that of `lookedAt`; null when the payment is too old for another. */
export function nextLook(capturedAt: Date, lookedAt: Date): Date | null {
  const next = lookedAt.getTime() + LOOKED_AT_EVERY_MS
  return next - capturedAt.getTime() > LOOKED_AT_FOR_MS ? null : new Date(next)
}
