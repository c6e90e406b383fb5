/** Reads a record's standing and use as they were at a past day's end. */
import type { CreditRecordStatus } from '../credit/credit-record.ts'
import { globalId } from '../graph/contract/global-id.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { addDays } from '../values/dates.ts'
import type { CreditUseStatus } from './applications/transfer-application.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** What a store knows of a record that can change from day to day. */
export interface PastFacts {
  status: CreditRecordStatus
  use: CreditUseStatus | null
}

/**
 * An application ends by its only move, at `updated_at`. What a declined or withdrawn one had reserved, its uses no
 * longer say; the answer that is frozen with it does.
 */
const factsOnDays = statement<{ slot: number; status: CreditRecordStatus | null; use: CreditUseStatus | null }>(
  'facts-of-credit-records-on-days',
  `select k.slot::int,
     (select h."to" from history_entry h
      where h.subject_kind = 'CreditRecord' and h.subject_id = k.id and h.at < k.until order by h.id desc limit 1) as status,
     (select max(case
        when a.status <> 'SUBMITTED' and a.updated_at < k.until then u.status
        when u.status is not null or a.status in ('DECLINED', 'WITHDRAWN') and exists (
          select from jsonb_array_elements(a.frozen -> 'decision' -> 'claims') c
          where c ->> 'ref' = k.ref and c ->> 'placedAtLevel' is not null) then 'RESERVED' end)
      from credit_use u join transfer_application a on a.id = u.application_id
      where u.credit_record_id = k.id and a.submitted_at < k.until) as use
   from unnest($1::uuid[], $2::text[], $3::timestamptz[]) with ordinality as k(id, ref, until, slot)`,
)

/** `day` ends as days do in UTC. A record that was written down later stood as awarded. */
export const factsOnDay = defineLoader<{ creditRecordId: string; day: string }, PastFacts, Reading>(
  async ({ read }, keys) => {
    const ids = keys.map(({ creditRecordId }) => creditRecordId)
    const refs = ids.map((id) => globalId('CreditRecord', id))
    const ends = keys.map(({ day }) => `${addDays(day, 1)}T00:00:00Z`)
    const rows = await read.rows(factsOnDays, [ids, refs, ends])
    const bySlot = new Map(rows.map((row) => [row.slot, row]))
    return keys.map((_, index) => {
      const { status = null, use = null } = bySlot.get(index + 1) ?? {}
      return { status: status ?? 'AWARDED', use }
    })
  },
  { cacheKey: ({ creditRecordId, day }) => `${creditRecordId}${day}` },
)
