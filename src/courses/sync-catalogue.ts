/** Mirrors the partner's catalogue into the store: what changed since the last pass, or one program or run by name. */
import type { Context, Job } from '../context.ts'
import { TryAgainLater } from '../context.ts'
import { statement } from '../store/statement.ts'
import { addJob, inTransaction } from '../store/transaction.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { keepOrder } from './course-order.ts'
import type { Changes, Rejected } from './course-source.ts'
import { type Kept, keepProgram, keepRun } from './keep-catalogue.ts'
import { SyncState } from './sync-state.ts'

type ListName = 'programs' | 'runs'
type Report = { reference: string; problem: string }[]

/** Where a list is up to. */
async function stateOf(context: Context, list: ListName): Promise<SyncState | null> {
  return context.em.fork().findOne(SyncState, { list })
}

async function mirror<Fact extends { updatedAt: Date | null }>(
  context: Context,
  list: ListName,
  ask: (since: { updatedSince: Date | null; etag: string | null }) => Promise<Changes<Fact> & Rejected>,
  keep: (context: Context, fact: Fact) => Promise<Kept>,
): Promise<void> {
  const state = await stateOf(context, list)
  const changes = await ask({ updatedSince: state?.seenUntil ?? null, etag: state?.etag ?? null })
  const report: Report = [...(changes.rejected ?? [])]
  let seenUntil = state?.seenUntil ?? null
  let etag = state?.etag ?? null
  if (changes.kind === 'changed') {
    etag = changes.etag
    for (const fact of changes.facts) {
      const kept = await keep(context, fact)
      if (kept.problem) report.push(kept.problem)
      if (fact.updatedAt && (!seenUntil || fact.updatedAt > seenUntil)) seenUntil = fact.updatedAt
    }
  }
  const named = new Set(report.map(({ reference }) => reference))
  const earlier = (state?.report ?? []).filter(({ reference }) => !named.has(reference) && !mended(changes, reference))
  await keepState(context, list, { seenUntil, etag, succeededAt: context.now(), report: [...earlier, ...report] })
}

function mended(changes: Changes<unknown>, reference: string): boolean {
  return changes.kind === 'changed' && changes.facts.some((fact) => (fact as { uuid: string }).uuid === reference)
}

function keepState(context: Context, list: ListName, facts: Partial<SyncState>): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    const state =
      (await tx.findOne(SyncState, { list })) ??
      tx.create(SyncState, { list, seenUntil: null, etag: null, succeededAt: null, failedAt: null, report: [] })
    tx.assign(state, facts)
  })
}

async function syncAll(context: Context): Promise<void> {
  const { partner } = context
  await inTransaction(context.em, (tx) => keepOrder(tx, context.now(), null))
  try {
    await mirror(context, 'programs', (since) => partner.programs(since), keepProgram)
    await mirror(context, 'runs', (since) => partner.runs(since), keepRun)
  } catch (error) {
    if (!isOutsideFailure(error)) throw error
    for (const list of ['programs', 'runs'] as const) await keepState(context, list, { failedAt: context.now() })
    throw new TryAgainLater(error.message, error.retryAfterSeconds ?? 10)
  }
}

async function syncProgram(context: Context, uuid: string): Promise<void> {
  const facts = await context.partner.program(uuid)
  if (facts) await keepProgram(context, facts)
}

async function syncRun(context: Context, uuid: string): Promise<void> {
  const facts = await context.partner.run(uuid)
  if (!facts) return
  const kept = await keepRun(context, facts)
  if (kept.unknownProgram) {
    await syncProgram(context, facts.programUuid)
    await keepRun(context, facts)
  }
}

/** Mirrors everything that changed, or the one program or run that the payload names by the partner's uuid. */
export const syncCatalogueJob: Job = {
  task: 'sync_catalogue',
  async run(context, { programUuid, runUuid }) {
    try {
      if (typeof programUuid === 'string') await syncProgram(context, programUuid)
      else if (typeof runUuid === 'string') await syncRun(context, runUuid)
      else await syncAll(context)
    } finally {
      // also when it broke off: what was kept until then has changed
      await context.publicChanged()
    }
  },
}

/** Asks for a whole pass soon: at the start of the gateway. */
export function syncSoon(context: Context): Promise<void> {
  return inTransaction(context.em, (tx) => addJob(tx, 'sync_catalogue', {}, { key: 'sync_catalogue' }))
}

const finished = statement<{ count: number }>(
  'first-sync-done',
  "select count(*)::int as count from sync_state where list in ('programs', 'runs') and succeeded_at is not null",
)

/** Whether both lists were mirrored at least once: the gateway is not ready before. */
export async function firstSyncDone(context: Pick<Context, 'read'>): Promise<boolean> {
  return (await context.read.row(finished))?.count === 2
}
