/** Reads transfer policies, each ended by its own date or the next version. */

import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { definePages } from '../../reading/list.ts'
import { defineLoader, grouped, inOrder, type Loads } from '../../reading/loader.ts'
import { statement } from '../../reading/statement.ts'
import { overlapped } from '../engine/policy-dates.rules.ts'
import type { TransferPolicy } from './transfer-policy.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** Every policy, with its derived last day in `effective_to`. A window would be cut from the whole table, whoever asks for one. */
const dated = `(select t.*, least(t.declared_effective_to, (select min(n.effective_from) - 1 from transfer_policy n
    where n.qualification_id = t.qualification_id and n.effective_from > t.effective_from)) as effective_to
  from transfer_policy t)`

const columns = `p.id, p.qualification_id, p.version, p.effective_from, p.effective_to, p.agreement, p.max_credit,
  p.level_caps, p.granularity, p.accepted_levels, p.higher_level_counts_lower, p.minimum_grade, p.maximum_age_years,
  p.over_age, p.requires_cmf, p.requires_identity_verification, p.recognised_awarding_bodies, p.subjects,
  p.free_choice_max, p.allowed_courses, p.exclusions, p.clauses, p.published_at, p.published_by`

/** What holds for a qualification on a day. */
interface OnDay {
  policy: TransferPolicy | null
  /** The first day of the next policy, when none is in force. */
  nextFrom: string | null
}

const policiesInForce = statement<
  { [Key in keyof TransferPolicy]: TransferPolicy[Key] | null } & { slot: number; nextFrom: string | null }
>(
  'transfer-policies-in-force',
  `select k.slot::int, ${columns}, case when p.id is null then (
     select min(n.effective_from) from transfer_policy n
     where n.qualification_id = k.qualification_id and n.effective_from > k.as_of) end as next_from
   from unnest($1::uuid[], $2::date[]) with ordinality as k(qualification_id, as_of, slot)
   left join ${dated} p
     on p.qualification_id = k.qualification_id and p.effective_from <= k.as_of and (p.effective_to is null or p.effective_to >= k.as_of)`,
)

interface Day {
  qualificationId: string
  asOf: string
}

const onDay = defineLoader<Day, OnDay, Reading>(
  async ({ read }, keys) => {
    const ids = keys.map((key) => key.qualificationId)
    const rows = await read.rows(policiesInForce, [ids, keys.map((key) => key.asOf)])
    const bySlot = new Map(rows.map((row) => [row.slot, row]))
    return keys.map((_, index) => {
      const { slot: _slot, nextFrom, ...policy } = bySlot.get(index + 1)!
      return { policy: policy.id === null ? null : (policy as TransferPolicy), nextFrom }
    })
  },
  { cacheKey: ({ qualificationId, asOf }) => `${qualificationId}${asOf}` },
)

/** The policy in force for a qualification on a date; null when there is none. */
export async function policyInForce(context: Reading, day: Day): Promise<TransferPolicy | null> {
  return (await onDay(context, day)).policy
}

/** Where no policy is in force on a date, the first day of the next one; null when there is none. */
export async function nextPolicyFrom(context: Reading, day: Day): Promise<string | null> {
  return (await onDay(context, day)).nextFrom
}

const policiesById = statement<TransferPolicy>(
  'transfer-policies-by-id',
  `select ${columns} from ${dated} p where p.id = any($1::uuid[])`,
)

/** A policy by uuid; null when there is none. */
export const policyById = defineLoader<string, TransferPolicy | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(policiesById, [ids]), (row) => row.id),
)

/** The policies of a qualification, newest first. */
export const policiesOf = definePages<TransferPolicy>({
  name: 'transfer-policies-of-qualification',
  columns,
  from: `${dated} p`,
  parent: 'p.qualification_id',
  order: [{ sql: 'p.version', as: 'version', type: 'int', descending: true }],
})

const allPolicies = statement<TransferPolicy & { declaredEffectiveTo: string | null }>(
  'transfer-policies-of-one',
  `select ${columns}, p.declared_effective_to from ${dated} p where p.qualification_id = $1::uuid`,
)

/** The version of the qualification that one in force on these days would overlap; null when there is none. */
export async function overlappedBy(
  { read }: Reading,
  qualificationId: string,
  dates: { effectiveFrom: string; effectiveTo: string | null },
): Promise<TransferPolicy | null> {
  return overlapped(await read.rows(allPolicies, [qualificationId]), dates)
}

/** The same, cut once from the whole table: for those questions that read all of it. */
const allDated = `(select t.*, least(t.declared_effective_to,
    lead(t.effective_from) over (partition by t.qualification_id order by t.effective_from) - 1) as effective_to
  from transfer_policy t)`

/** A policy with the title of its qualification, by which lists of qualifications are ordered. */
export type TitledPolicy = TransferPolicy & { title: string }

const policiesOnDays = statement<TitledPolicy & { day: string }>(
  'transfer-policies-on-days',
  `select d.day::date as day, q.title, ${columns} from unnest($1::date[]) as d(day)
   join ${allDated} p on p.effective_from <= d.day and (p.effective_to is null or p.effective_to >= d.day)
   join qualification q on q.id = p.qualification_id join institution i on i.id = q.institution_id and i.participating
   order by q.title, q.id`,
)

/** Every policy in force on a day of an institution that takes part, by the title of its qualification. */
export const policiesOn = defineLoader<string, TitledPolicy[], Reading>(async ({ read }, days) =>
  grouped(days, await read.rows(policiesOnDays, [days]), (row) => row.day),
)
