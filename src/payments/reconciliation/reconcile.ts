/** Reconciles the books with the providers, correcting or only reporting differences. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { openCase } from '../../cases/open-case.ts'
import type { Context } from '../../context.ts'
import type { ListName } from '../../store/list-mark.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import type { Change } from '../change.ts'
import { openDisputeStatuses } from '../dispute.states.ts'
import { Dispute } from '../dispute.ts'
import { lockPayment } from '../paying.ts'
import { Payment } from '../payment.ts'
import { paymentJobs } from '../payment-jobs.ts'
import type { UnreadEntry, UnreadPart } from '../payment-provider.ts'
import { openRefundStatuses } from '../refund.states.ts'
import { Refund } from '../refund.ts'
import { endedDisputes } from './ended-disputes.ts'
import { comparePayment, healPayment } from './examine-payment.ts'
import {
  isOursButUnknown,
  type ListReading,
  listRead,
  type MissedEvent,
  readLists,
  recordMissedEvent,
  settleMark,
} from './read-lists.ts'
import { Correction, Reconciliation, type ReconciliationOutcome } from './reconciliation.ts'
import { settleCases } from './settle-cases.ts'

/** Open payments that nobody touched for so long are asked about: whoever pays is done by then, or has left. */
const STALE_AFTER_MS = 5 * 60_000
/** A refund whose job has not even begun by then has lost it. */
const LOST_AFTER_MS = 60_000
/** Money that leads nowhere is waited for so long: registering takes seconds when the partner answers. */
const UNSETTLED_AFTER_MS = 10 * 60_000
/** Money that has just come is looked at again: refunds and disputes follow it closest. */
const JUST_CAPTURED_MS = 60 * 60_000

interface Pass {
  context: Context
  id: string
  apply: boolean
  startedAt: Date
  /** Payments of which it has recorded something: their jobs go on with it. */
  moved: Set<string>
}

type Finding = Omit<Correction, 'id' | 'reconciliationId'>

/**
 * One pass. With `apply` everything found different is put right; without, nothing is written but the report itself.
 * What could not be asked now is DEFERRED to the next pass. Answers the reconciliation's row.
 */
export async function reconcile(context: Context, { apply }: { apply: boolean }): Promise<Reconciliation> {
  const pass: Pass = { context, id: newId(), apply, startedAt: context.now(), moved: new Set() }
  await begin(pass)
  const readings = await readLists(context, {
    missed: (missed) => takeMissedEvent(pass, missed),
    unread: (list, entry) => takeUnreadEntry(pass, list, entry),
  })
  for (const reading of readings) if (reading.problem !== null) await note(pass, listNotRead(reading))
  const missedFor = readings.flatMap(({ missed }) => missed.flatMap(({ paymentId }) => paymentId ?? []))
  const inGaps = new Map(await Promise.all(readings.map(async (one) => [one, await paymentsInGap(pass, one)] as const)))
  const suspects = new Set([...missedFor, ...(await suspectPayments(pass)), ...[...inGaps.values()].flat()])
  const notSeen = new Set<string>()
  for (const paymentId of suspects) if (!(await examine(pass, paymentId))) notSeen.add(paymentId)
  if (apply) {
    for (const [reading, ids] of inGaps)
      await settleMark(
        context,
        reading,
        ids.every((id) => !notSeen.has(id)),
      )
  }
  const unsettled = await context.paymentSubject.unsettled(fork(context), before(pass, UNSETTLED_AFTER_MS))
  for (const { paymentId, status } of unsettled) if (!pass.moved.has(paymentId)) await takeUp(pass, paymentId, status)
  const lookedAgain = await lookAgain(pass)
  if (apply) await settleCases(context)
  const listed = readings.reduce((sum, { examined }) => sum + examined, 0)
  return finish(pass, readings, listed + suspects.size + unsettled.length + lookedAgain)
}

/** What the partner says of what was paid for; while it does not answer, the next pass goes on. */
async function lookAgain(pass: Pass): Promise<number> {
  const { context, apply } = pass
  try {
    return await context.paymentSubject.lookAgain(context, apply, (change) => note(pass, changed(change, apply)))
  } catch (problem) {
    if (!isUpstreamFailure(problem)) throw problem
    const text = `${problem.upstream} gave no answer (${problem.code}) about what was paid for; asked again.`
    const unknown = { providerReference: null, from: 'unknown', to: 'unknown', note: text }
    await note(pass, { ...nothing, ...unknown, outcome: 'DEFERRED' })
    return 0
  }
}

const fork = (context: Context): EntityManager => context.em.fork({ clear: true })
const before = ({ startedAt }: Pass, ms: number): Date => new Date(startedAt.getTime() - ms)

function begin({ context, id, apply, startedAt }: Pass): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    tx.create(Reconciliation, { id, startedAt, finishedAt: null, examined: 0, dryRun: !apply, lists: [] })
  })
}

async function finish(
  { context, id }: Pass,
  readings: readonly ListReading[],
  examined: number,
): Promise<Reconciliation> {
  const lists = await Promise.all(readings.map((reading) => listRead(context, reading)))
  return inTransaction(context.em, async (tx) => {
    const row = await tx.findOneOrFail(Reconciliation, id)
    row.examined = examined
    row.lists = lists
    row.finishedAt = context.now()
    return row
  })
}

/** Payments of a time of which the list may have lost entries. */
async function paymentsInGap(pass: Pass, { source: provider, gapSince }: ListReading): Promise<string[]> {
  if (gapSince === null) return []
  const touched = await fork(pass.context).find(Payment, { provider, updatedAt: { $gte: gapSince } })
  return touched.map(({ id }) => id)
}

/** Payments that are open too long, that have refunds or disputes under way, or whose money has just come. */
async function suspectPayments(pass: Pass): Promise<string[]> {
  const em = fork(pass.context)
  const stale = { $lt: before(pass, STALE_AFTER_MS) }
  const payments = await em.find(Payment, {
    $or: [
      { status: { $in: ['PROCESSING', 'UNKNOWN'] } },
      { status: { $in: ['CREATED', 'REQUIRES_ACTION'] }, updatedAt: stale },
      { status: { $in: ['SUCCEEDED', 'CONFLICTED'] }, capturedAt: { $gte: before(pass, JUST_CAPTURED_MS) } },
    ],
  })
  const lost = { $lt: before(pass, LOST_AFTER_MS) }
  const refunds = await em.find(Refund, { status: { $in: [...openRefundStatuses] }, updatedAt: lost })
  const disputes = await em.find(Dispute, { status: { $in: [...openDisputeStatuses] } })
  const ended = await endedDisputes(em, pass.startedAt)
  return [...payments.map(({ id }) => id), ...[...refunds, ...disputes].map(({ paymentId }) => paymentId), ...ended]
}

async function takeMissedEvent(pass: Pass, missed: MissedEvent): Promise<void> {
  const { event } = missed
  if (isOursButUnknown(missed)) {
    const text = `${event.type} is about payment ${event.paymentId}, which is not here; a person has to find out whose it is.`
    await note(pass, { ...nothing, providerReference: event.references[0] ?? event.id, to: event.type, note: text })
  }
  if (pass.apply) await recordMissedEvent(pass.context, missed)
}

const nothing = { subjectKind: null, subjectId: null, from: 'absent', outcome: 'QUARANTINED' } as const

function listNotRead({ problem }: ListReading): Finding {
  const text = `${problem} Its mark stays; the next pass reads it again from there.`
  return { ...nothing, providerReference: null, outcome: 'DEFERRED', from: 'unknown', to: 'unknown', note: text }
}

function entryNotRead({ source, list }: ListName, { reference, problem }: UnreadEntry): Finding {
  const text = `${source} lists among its ${list} what cannot be read (${problem}); the list went on.`
  return { ...nothing, providerReference: reference, from: 'unread', to: 'unread', note: text }
}

/** Seen again with each pass that meets it; what was dismissed stays closed, for its message is the same. */
async function takeUnreadEntry(pass: Pass, list: ListName, entry: UnreadEntry): Promise<void> {
  const finding = entryNotRead(list, entry)
  await noteOnce(pass, finding)
  if (!pass.apply) return
  const { note: message, providerReference } = finding
  const subject = { key: `${list.source} ${list.list} ${entry.reference}` }
  await inTransaction(pass.context.em, (tx) =>
    openCase(tx, { kind: 'ENTRY_UNREADABLE', subject, message, providerReference }, pass.startedAt),
  )
}

/** What stands beside the money: what cannot be asked now is, in the next pass; for the rest a person has to look. */
function notePart(pass: Pass, paymentId: string, { part, reference, problem, failure }: UnreadPart): Promise<void> {
  const about = { subjectKind: 'Payment', subjectId: paymentId, providerReference: reference }
  const text = `Of its ${part} this could not be read (${problem}); money and state were, and are recorded.`
  const finding = { ...about, from: 'unread', to: 'unread', note: text }
  if (failure?.kind === 'UNAVAILABLE') return note(pass, { ...finding, outcome: 'DEFERRED' })
  return noteOnce(pass, { ...finding, outcome: 'QUARANTINED' })
}

/** What a person has to look at is said once, however many passes come by it. */
async function noteOnce(pass: Pass, finding: Finding): Promise<void> {
  const said = await fork(pass.context).execute<object[]>(
    `select 1 from correction c join reconciliation r on r.id = c.reconciliation_id
     where c.outcome = 'QUARANTINED' and c.provider_reference = ? and c.note = ? and not r.dry_run limit 1`,
    [finding.providerReference, finding.note],
  )
  if (said.length === 0) await note(pass, finding)
}

/** Whether its provider could be asked; what a person has to look at counts as asked. */
async function examine(pass: Pass, paymentId: string): Promise<boolean> {
  const { context, apply } = pass
  try {
    const { changes, unread } = await (apply ? healPayment : comparePayment)(context, paymentId)
    for (const change of changes) await note(pass, changed(change, apply))
    if (changes.length > 0) pass.moved.add(paymentId)
    for (const part of unread) await notePart(pass, paymentId, part)
    return unread.every(({ failure }) => failure === null)
  } catch (problem) {
    await note(pass, await notExamined(context, paymentId, problem))
    return !isUpstreamFailure(problem)
  }
}

function changed({ subjectKind, subjectId, reference, from, to }: Change, apply: boolean): Finding {
  const outcome: ReconciliationOutcome = apply ? 'HEALED' : 'SKIPPED'
  const text = apply
    ? `The ${subjectKind.toLowerCase()} now stands as the ${subjectKind === 'Enrolment' ? 'partner' : 'provider'} has it.`
    : `The ${subjectKind === 'Enrolment' ? 'partner' : 'provider'} has the ${subjectKind.toLowerCase()} further on; a dry run changes nothing.`
  return { subjectKind, subjectId, providerReference: reference, outcome, from, to, note: text }
}

async function notExamined(context: Context, paymentId: string, problem: unknown): Promise<Finding> {
  const { status, reference } = await fork(context).findOneOrFail(Payment, paymentId)
  const about = { subjectKind: 'Payment', subjectId: paymentId, providerReference: reference, from: status, to: status }
  if (isUpstreamFailure(problem)) {
    return { ...about, outcome: 'DEFERRED', note: `${problem.upstream} gave no answer (${problem.code}); asked again.` }
  }
  context.log.error({ err: problem, paymentId }, 'a payment could not be reconciled')
  const text = 'It could not be brought together with its provider; a person has to look.'
  return { ...about, outcome: 'QUARANTINED', note: text }
}

async function takeUp(pass: Pass, paymentId: string, status: string): Promise<void> {
  const { context, apply } = pass
  const about = { subjectKind: 'Payment', subjectId: paymentId, from: status, to: status }
  const { captureReference: providerReference } = await fork(context).findOneOrFail(Payment, paymentId)
  if (!apply) {
    const text = 'The money came and led neither to a registration nor back; a dry run changes nothing.'
    return note(pass, { ...about, providerReference, outcome: 'SKIPPED', note: text })
  }
  const taken = await inTransaction(context.em, async (tx) =>
    context.paymentSubject.takeUp(tx, await lockPayment(tx, paymentId), context.now()),
  )
  const text = taken
    ? 'The job that registers or refunds was added again.'
    : 'Nothing can go on by itself; a person has to look.'
  await note(pass, { ...about, providerReference, outcome: taken ? 'HEALED' : 'QUARANTINED', note: text })
}

/** Each correction is kept as it is found: a pass that is cut short has still said what it did. */
function note({ context, id }: Pass, finding: Finding): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    tx.create(Correction, { ...finding, id: newId(), reconciliationId: id })
  })
}

/** The pass that runs by the clock. */
export const reconcileJob = paymentJobs.reconcile.runs(async (context: Context) => {
  const { id, examined } = await reconcile(context, { apply: true })
  context.log.info({ reconciliationId: id, examined }, 'reconciled')
})
