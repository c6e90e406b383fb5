/** Finds whose money of a run can go back, and whose is left out. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { balanceJoin } from '../payments/balance.ts'
import type { DisputeRefundable } from '../payments/dispute-stage.ts'
import { isOpenWindow } from '../payments/refund-window.rules.ts'
import { isMoving } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentWindow } from './enrolment-window.rules.ts'

/** Why somebody with money here is left out. */
export type SkipReason = 'HAS_RESULT' | 'DISPUTED' | 'UNDER_WAY' | 'WINDOW_CLOSED'

export interface HeldMoney {
  enrolmentId: string
  runId: string
  amountMinor: number
  currency: string
  /** Null for whoever is refunded with the run. */
  skipped: SkipReason | null
}

export type HeldRow = Pick<
  Enrolment,
  | 'id'
  | 'runId'
  | 'status'
  | 'stuckReason'
  | 'registrationEndedAt'
  | 'refundUntil'
  | 'refundBasis'
  | 'resultOutcome'
  | 'deferredFromId'
  | 'registeredAt'
> & {
  leftMinor: string
  currency: string
  refundable: DisputeRefundable
  cancelled: boolean
  cancelledAt: Date | null
  startsAt: Date
  timeZone: string
}

/** Everybody on these runs whose money is here; the runs are the statement's one array of uuids. */
export const heldOnRuns = (runs: string, narrowed = ''): string => `
  select e.id, e.run_id as "runId", e.status, e.stuck_reason as "stuckReason",
    e.registration_ended_at as "registrationEndedAt", e.refund_until as "refundUntil", e.refund_basis as "refundBasis",
    e.result_outcome as "resultOutcome", e.deferred_from_id as "deferredFromId", e.registered_at as "registeredAt",
    balance.left_minor as "leftMinor", balance.refundable,
    coalesce(p.captured_currency, p.currency) as currency,
    r.cancelled, r.cancelled_at as "cancelledAt", r.starts_at as "startsAt", r.time_zone as "timeZone"
  from enrolment e join course_run r on r.id = e.run_id join payment p on p.id = e.payment_id ${balanceJoin}
  where e.run_id = any(${runs}::uuid[]) and balance.captured_minor > balance.back_minor
    and e.status in ('PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'WITHDRAWN', 'STUCK', 'REVOKING', 'COMPENSATING') ${narrowed}
  order by e.id`

/** Under the caller's transaction: of everybody, or of one enrolment. */
export async function heldOnRun(
  tx: EntityManager,
  runId: string,
  now: Date,
  enrolmentId: string | null = null,
): Promise<HeldMoney[]> {
  await tx.flush()
  const text = heldOnRuns('?', 'and (?::uuid is null or e.id = ?::uuid)')
  const rows = await tx.execute<HeldRow[]>(text, [`{${runId}}`, enrolmentId, enrolmentId])
  return rows.map((row) => heldMoney(row, now))
}

export function heldMoney(row: HeldRow, now: Date): HeldMoney {
  const { id: enrolmentId, runId, leftMinor, currency } = row
  return { enrolmentId, runId, amountMinor: Number(leftMinor), currency, skipped: skipReason(row, now) }
}

/** The first that holds. */
function skipReason(row: HeldRow, now: Date): SkipReason | null {
  if (row.resultOutcome !== null) return 'HAS_RESULT'
  if (row.refundable === 'NOTHING') return 'DISPUTED'
  if (isMoving(row)) return 'UNDER_WAY'
  if (row.status === 'REVOKING' || row.status === 'COMPENSATING' || Number(row.leftMinor) === 0) return 'UNDER_WAY'
  if (row.status === 'WITHDRAWN' && !isOpenWindow(enrolmentWindow(row, row, now, []), now)) return 'WINDOW_CLOSED'
  return null
}

export interface Sum {
  amountMinor: number
  currency: string
}

/** How many go back and how much, one sum for each currency in the order of the alphabet. */
export function totalOf(held: readonly HeldMoney[]): { enrolments: number; sums: Sum[]; skipped: number } {
  const back = held.filter(({ skipped }) => skipped === null)
  return { enrolments: back.length, sums: sumsOf(back), skipped: held.length - back.length }
}

export function sumsOf(parts: readonly Sum[]): Sum[] {
  const sums = new Map<string, number>()
  for (const { amountMinor, currency } of parts) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor)
  return [...sums]
    .map(([currency, amountMinor]) => ({ currency, amountMinor }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1))
}
