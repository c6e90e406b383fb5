/** Finds when the places end that are held for a learner and not paid. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { Enrolment } from './enrolment.ts'

/** The first that ends first; the learner is locked, so that none is made meanwhile. */
export async function unpaidHoldsEnd(tx: EntityManager, learnerId: string, now: Date): Promise<Date[]> {
  const held = await tx.find(
    Enrolment,
    { learnerId, status: 'PENDING_PAYMENT', holdExpiresAt: { $gt: now } },
    { orderBy: { holdExpiresAt: 'asc' } },
  )
  return held.map(({ holdExpiresAt }) => holdExpiresAt as Date)
}

const holdsOfLearners = statement<{ ends: Date[] | null; learnerId: string }>(
  'unpaid-holds-of-learners',
  `select p.id as learner_id, (select array_agg(e.hold_expires_at order by e.hold_expires_at) from enrolment e
     where e.learner_id = p.id and e.status = 'PENDING_PAYMENT' and e.hold_expires_at > $2::timestamptz) as ends
   from unnest($1::uuid[]) as p(id)`,
)

interface Reading {
  read: ReadConnection
  loads: Loads
  now(): Date
}

/** The same without a lock, by the learner's uuid. */
export const unpaidHoldsOf = defineLoader<string, readonly Date[], Reading>(async ({ read, now }, ids) => {
  const rows = await read.rows(holdsOfLearners, [ids, now()])
  const endsOf = new Map(rows.map(({ learnerId, ends }) => [learnerId, ends ?? []]))
  return ids.map((id) => endsOf.get(id) ?? [])
})
