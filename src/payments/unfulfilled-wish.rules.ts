/** Reads what has become of wishes for money back, each of one or more rows. */
import { isOpenRefund, voidRefundStatuses } from './refund.states.ts'
import type { Refund } from './refund.ts'

type Row = Pick<Refund, 'id' | 'wishId' | 'status'>

/** The last row of each wish, in the order of those rows: what has become of it. The rows are in the order of their ids. */
export function lastOfEachWish<Any extends Row>(refunds: readonly Any[]): Any[] {
  return refunds.filter((one, at) => !refunds.slice(at + 1).some(({ wishId }) => wishId === one.wishId))
}

/** The newest wish that ended without its money, and that nobody has called over; its last row, null when there is none. */
export function failedWish<Any extends Row & Pick<Refund, 'writtenOffAt'>>(refunds: readonly Any[]): Any | null {
  const failed = lastOfEachWish(refunds).findLast(
    ({ status, writtenOffAt }) => voidRefundStatuses.includes(status) && writtenOffAt === null,
  )
  return failed ?? null
}

/** The newest wish that waits, or that failed: what is paid some other way was asked for by it. */
export function unfulfilledWish<Any extends Row & Pick<Refund, 'writtenOffAt'>>(refunds: readonly Any[]): Any | null {
  return lastOfEachWish(refunds).findLast(({ status }) => isOpenRefund(status)) ?? failedWish(refunds)
}

/** Whether so much is all of the wish that can still go back; a part leaves the rest of it unfulfilled. */
export function fulfils(amountMinor: number, wish: Pick<Refund, 'amountMinor'>, leftMinor: number): boolean {
  return amountMinor >= Math.min(wish.amountMinor, leftMinor)
}

/** The tries of a wish that followed each other by themselves, the given one last: each began as the one before ended. */
export function triesUntil<Any extends Pick<Refund, 'id' | 'requestedAt' | 'settledAt'>>(
  wish: readonly Any[],
  last: Any,
): Any[] {
  const tries = [last]
  for (const row of wish.toReversed()) {
    const next = tries[0] as Any
    if (row.id < next.id && row.settledAt?.getTime() === next.requestedAt.getTime()) tries.unshift(row)
  }
  return tries
}

/** Whether the rows of a wish say that it was uttered in time, or was ours to send: of others only who may ask is heard. */
export function wasInTime(wish: readonly Pick<Refund, 'origin' | 'askedAt'>[], until: Date | null): boolean {
  return wish.some(({ origin, askedAt }) => {
    if (origin === 'PROVIDER') return false
    return origin !== 'OPERATOR' || (until !== null && askedAt <= until)
  })
}
