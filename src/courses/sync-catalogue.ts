/** Synchronises the catalogue from the partner: changes since the last pass, or one item. */
import { closeCase, openCase } from '../cases/open-case.ts'
import type { Context } from '../context.ts'
import { TryAgainLater } from '../context.ts'
import { statement } from '../reading/statement.ts'
import { holdMark, lessOverlap, moveMark } from '../store/list-mark.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { courseJobs } from './course-jobs.ts'
import { updateCourseOrder } from './course-order.ts'
import type { Changes, Rejected } from './course-source.ts'
import { tidyCourseWords } from './course-word.ts'
import { type Mirrored, mirrorPrograms, mirrorRuns } from './mirror-catalogue.ts'
import { missRun } from './miss-run.ts'
import { recordSyncState } from './record-sync-state.ts'
import { SyncState } from './sync-state.ts'

type ListName = 'programs' | 'runs'
type Report = { reference: string; problem: string }[]

/** Where a list is up to. */
async function stateOf(context: Context, list: ListName): Promise<SyncState | null> {
  return context.em.fork().findOne(SyncState, { list })
}

type Mirror<Fact> = (context: Context, facts: readonly Fact[]) => Promise<Mirrored[]>

/** Facts that are stored together: alone, each takes some 5 ms. */
const FACTS_AT_ONCE = 100
const LOGGED_PROBLEMS = 20

/** Stores all that a list says; where some do not go in together, one by one, and says which break a rule of the store. */
async function mirrorAll<Fact extends { uuid: string }>(
  context: Context,
  facts: readonly Fact[],
  mirrorFacts: Mirror<Fact>,
) {
  // A list that shifts between two pages names some twice.
  const once = [...new Map(facts.map((fact) => [fact.uuid, fact])).values()]
  const mirrored: Mirrored[] = []
  for (let from = 0; from < once.length; from += FACTS_AT_ONCE) {
    const some = once.slice(from, from + FACTS_AT_ONCE)
    try {
      mirrored.push(...(await mirrorFacts(context, some)))
    } catch (error) {
      context.log.warn({ err: error, facts: some.length }, 'facts were not stored together; they are, one by one')
      for (const fact of some) mirrored.push(...(await mirrorOne(context, fact, mirrorFacts)))
    }
  }
  return mirrored
}

async function mirrorOne<Fact extends { uuid: string }>(
  context: Context,
  fact: Fact,
  mirrorFacts: Mirror<Fact>,
): Promise<Mirrored[]> {
  try {
    return await mirrorFacts(context, [fact])
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: string }
    // PostgreSQL's classes 22 and 23: a value that its column cannot hold, or that breaks a rule.
    if (typeof code !== 'string' || !/^2[23]/.test(code)) throw error
    context.log.warn({ err: error, reference: fact.uuid }, 'the partner names what cannot be stored')
    const problem = `cannot be stored: ${constraint ? `it breaks ${constraint}` : `a value is refused (${code})`}`
    return [{ problem: { reference: fact.uuid, problem } }]
  }
}

async function mirror<Fact extends { uuid: string; updatedAt: Date | null }>(
  context: Context,
  list: ListName,
  ask: (since: { updatedSince: Date | null; etag: string | null }) => Promise<Changes<Fact> & Rejected>,
  mirrorFacts: Mirror<Fact>,
): Promise<void> {
  const began = context.now()
  const state = await stateOf(context, list)
  const updatedSince = state?.seenUntil ? lessOverlap(state.seenUntil) : null
  const changes = await ask({ updatedSince, etag: state?.etag ?? null })
  const report: Report = [...(changes.rejected ?? [])]
  let seenUntil = state?.seenUntil ?? null
  let etag = state?.etag ?? null
  if (changes.kind === 'changed') {
    etag = changes.etag
    for (const { problem } of await mirrorAll(context, changes.facts, mirrorFacts)) if (problem) report.push(problem)
    for (const { updatedAt } of changes.facts)
      if (updatedAt && (!seenUntil || updatedAt > seenUntil)) seenUntil = updatedAt
  }
  if (report.length > 0) {
    const line = { list, count: report.length, first: report.slice(0, LOGGED_PROBLEMS) }
    context.log.warn(line, 'the partner names what is kept out of the graph; sync_state has all of it')
  }
  const named = new Set(report.map(({ reference }) => reference))
  const earlier = (state?.report ?? []).filter(({ reference }) => !named.has(reference) && !mended(changes, reference))
  await recordSyncState(context, list, { seenUntil, etag, succeededAt: context.now(), report: [...earlier, ...report] })
  await moveMark(context.em, { source: 'PARTNER', list }, { began, endedAt: context.now() })
}

function mended(changes: Changes<unknown>, reference: string): boolean {
  return changes.kind === 'changed' && changes.facts.some((fact) => (fact as { uuid: string }).uuid === reference)
}

async function syncAll(context: Context): Promise<void> {
  const { partner } = context
  await inTransaction(context.em, (tx) => updateCourseOrder(tx, context.now(), null))
  // A run whose program was not heard of is kept out: its list may not be passed before the programs' is.
  const unread: ListName[] = ['programs', 'runs']
  try {
    await mirror(context, 'programs', (since) => partner.programs(since), mirrorPrograms)
    unread.shift()
    await mirror(context, 'runs', (since) => partner.runs(since), mirrorRuns)
    await inTransaction(context.em, tidyCourseWords)
  } catch (error) {
    if (!isUpstreamFailure(error)) throw error
    const at = context.now()
    const problem = `The partner did not list its ${unread[0]} to the end (${error.code}).`
    for (const list of ['programs', 'runs'] as const) await recordSyncState(context, list, { failedAt: at })
    for (const list of unread) await holdMark(context.em, { source: 'PARTNER', list }, { problem, at })
    throw new TryAgainLater(error.message, error.retryAfterSeconds ?? 10)
  }
}

async function syncProgram(context: Context, uuid: string): Promise<void> {
  const facts = await readOne(context, 'programs', uuid, () => context.partner.program(uuid))
  if (facts) await keepOne(context, 'programs', facts, mirrorPrograms)
}

async function syncRun(context: Context, uuid: string): Promise<void> {
  const facts = await readOne(context, 'runs', uuid, () => context.partner.run(uuid))
  if (facts === null) return missRun(context, uuid)
  if (facts === undefined) return
  const mirrored = await keepOne(context, 'runs', facts, mirrorRuns)
  if (!mirrored?.unknownProgram) return
  await syncProgram(context, facts.programUuid)
  await keepOne(context, 'runs', facts, mirrorRuns)
}

/** One that cannot be read stays as it last was, as in the list; undefined then. */
async function readOne<Fact>(
  context: Context,
  list: ListName,
  reference: string,
  ask: () => Promise<Fact | null>,
): Promise<Fact | null | undefined> {
  try {
    return await ask()
  } catch (failure) {
    if (!isUpstreamFailure(failure) || failure.code !== 'malformed') throw failure
    await reportOne(context, list, reference, failure.message)
    return undefined
  }
}

async function keepOne<Fact extends { uuid: string }>(
  context: Context,
  list: ListName,
  fact: Fact,
  mirrorFacts: Mirror<Fact>,
): Promise<Mirrored | undefined> {
  const [mirrored] = await mirrorOne(context, fact, mirrorFacts)
  if (!mirrored?.unknownProgram) await reportOne(context, list, fact.uuid, mirrored?.problem?.problem ?? null)
  return mirrored
}

/** For operators, in the list's own report; null says that nothing is wrong any more. */
async function reportOne(context: Context, list: ListName, reference: string, problem: string | null): Promise<void> {
  const state = await stateOf(context, list)
  const report = (state?.report ?? []).filter((one) => one.reference !== reference)
  if (problem !== null) report.push({ reference, problem })
  else if (report.length === (state?.report ?? []).length) return
  await recordSyncState(context, list, { report })
  const subject = { key: `PARTNER/${list}/${reference}` }
  const message = `The partner's facts of one of its ${list} cannot be kept (${problem}); it stays as it last was.`
  await inTransaction(context.em, (tx) =>
    problem === null
      ? closeCase(tx, 'ENTRY_UNREADABLE', subject, context.now())
      : openCase(tx, { kind: 'ENTRY_UNREADABLE', subject, message, providerReference: reference }, context.now()),
  )
}

export const syncCatalogueJob = courseJobs.syncCatalogue.runs(async (context: Context, { programUuid, runUuid }) => {
  try {
    if (programUuid !== undefined) await syncProgram(context, programUuid)
    else if (runUuid !== undefined) await syncRun(context, runUuid)
    else await syncAll(context)
  } finally {
    // Also when it broke off: what was kept until then has changed.
    await context.publicChanged()
  }
})

const finished = statement<{ count: number }>(
  'first-sync-done',
  "select count(*)::int as count from sync_state where list in ('programs', 'runs') and succeeded_at is not null",
)

/** Whether both lists were mirrored at least once: the gateway is not ready before. */
export async function firstSyncDone(context: Pick<Context, 'read'>): Promise<boolean> {
  return (await context.read.row(finished))?.count === 2
}
