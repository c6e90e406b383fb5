/** Makes places, lets the partner change its mind about them, and lets it be heard. */
import { readGlobalId } from '../../../src/graph/contract/global-id.ts'
import { partnerJobs } from '../../../src/partner-inbox/partner-jobs.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import { atPartner, enrol, linked, newRun, type RunFacts, registered } from './study.ts'
import type { World } from './world.ts'

let names = 0
export const newName = (): string => `news-${names++}`
export const free = { price: { minor: 0, currency: 'GBP' } }

/** A registered place on a run of its own, or on the one that is given; a free one is not paid for. */
export async function study(world: World, facts: RunFacts = {}, on?: { id: string; uuid: string }) {
  const name = newName()
  const persona = await linked(world, name)
  const run = on ?? (await newRun(world, facts))
  const isFree = facts.price?.minor === 0
  const ids = isFree ? { enrolmentId: (await enrol(world, persona, run.id)).enrolment.id as string } : null
  const { enrolmentId } = ids ?? (await registered(world, persona, run.id))
  await world.settle()
  const uuid = (await atPartner(world, name)).active[0] as string
  return { name, persona, run, enrolmentId, uuid, at: `program_enrolments/${uuid}` }
}

/** A control call of the partner's sandbox. */
export const partner = (world: World, path: string, body: object = {}, method?: 'DELETE') =>
  world.control('partner', path, body, method)

export const end = (world: World, at: string, by: string) => partner(world, `${at}/end`, { by })

/** The partner's list of changes, for when its webhooks are lost. */
export async function poll(world: World): Promise<void> {
  await inTransaction(world.app.orm.em, (tx) => partnerJobs.syncRegistrations.add(tx, {}))
  await world.settle()
}

/** Whether the webhook tells of it, or is dropped and the list does. */
export async function heard(world: World, how: 'webhook' | 'list', happens: () => Promise<unknown>): Promise<void> {
  await partner(world, 'webhooks', { mode: how === 'list' ? 'drop' : 'hold' })
  await happens()
  if (how === 'list') await poll(world)
  await world.settle()
  await partner(world, 'webhooks', { mode: 'hold' })
}

/** The corrections that jobs were added for while it happened. */
export async function reviewed(world: World, happens: () => Promise<void>) {
  const sql = world.app.orm.em.fork()
  await sql.execute('create table if not exists heard_review (payload json)')
  await sql.execute('delete from heard_review')
  await sql.execute(`create or replace function hear_review() returns trigger language plpgsql as $$ begin
    if new.payload->'corrected' is not null then insert into heard_review values (new.payload); end if; return new; end $$`)
  await sql.execute(`create or replace trigger hear_review after insert on graphile_worker._private_jobs
    for each row execute function hear_review()`)
  await happens()
  const rows = await sql.execute<{ payload: { corrected: object } }[]>('select payload from heard_review')
  return rows.map(({ payload: { corrected } }) => {
    const { entryId: _, ...results } = corrected as { entryId: string }
    return results
  })
}

/** Cases about a thing of the graph, or of a kind whose key ends so, the oldest first. */
export async function casesOf(world: World, idOrKey: string) {
  const about = readGlobalId(idOrKey)
  const subject = about === null ? `%${idOrKey}` : `${about.typeName}:${about.uuid}`
  const found = await world.app.orm.em
    .fork()
    .execute<
      { kind: string; status: string; outcome: string | null; amountMinor: string | null; closedBy: string | null }[]
    >(
      `select kind, status, outcome, amount_minor as "amountMinor", closed_by as "closedBy" from operator_case
       where subject_key like ? order by id`,
      [subject],
    )
  return found.map(({ amountMinor, ...one }) => ({
    ...one,
    amountMinor: amountMinor === null ? null : Number(amountMinor),
  }))
}
