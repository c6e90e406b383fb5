/** Reconciles the books with the providers, correcting or only reporting differences. */
import { bulkhead } from 'cockatiel'
import { openCase } from '../../cases/open-case.ts'
import type { Context } from '../../context.ts'
import type { ListName } from '../../store/list-mark.ts'
import { newId } from '../../store/row.ts'
import { inTransaction } from '../../store/transaction.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { nextLook } from '../next-look.rules.ts'
import { findPayment, lockPayment } from '../paying.ts'
import { Payment } from '../payment.ts'
import { paymentJobs } from '../payment-jobs.ts'
import type { UnreadEntry, UnreadPart } from '../payment-provider.ts'
import type { Unsettled } from '../payment-subject.ts'
import { endedDisputes } from './ended-disputes.ts'
import { comparePayment, healPayment } from './examine-payment.ts'
import { findMoneyNotHere } from './money-not-here.ts'
import { changed, type Finding, fork, note, noteOnce, type Pass } from './pass.ts'
import {
  isOursButUnknown,
  type ListReading,
  listRead,
  type MissedEvent,
  readLists,
  recordMissedEvent,
  settleMark,
} from './read-lists.ts'
import { newReconciliation, Reconciliation } from './reconciliation.ts'
import { settleCases } from './settle-cases.ts'
import { suspectPayments } from './suspect-payments.ts'

/** Upstreams are asked about so many payments at a time. */
const QUESTIONS_AT_ONCE = 8

/** What a reconciliation is asked to do. */
export interface ReconciliationOrder {
  /** Whether what is found different is put right; without, nothing is written but the report itself. */
  apply: boolean
  /** Only this payment; everything when it is left out. */
  paymentId?: string | null
  /** The row that was made for it when it was asked for; a new one when it is left out. */
  reconciliationId?: string
}

/**
 * One pass, once the one that runs has ended. What could not be asked now is DEFERRED to the next pass. Answers the
 * reconciliation's row.
 */
export function reconcile(context: Context, { apply, ...order }: ReconciliationOrder): Promise<Reconciliation> {
  return context.inTurn('reconciliation', async () => {
    const pass: Pass = {
      context,
      id: order.reconciliationId ?? newId(),
      apply,
      startedAt: context.now(),
      moved: new Set(),
    }
    await begin(pass)
    return order.paymentId ? onePayment(pass, order.paymentId) : everything(pass)
  })
}

async function onePayment(pass: Pass, paymentId: string): Promise<Reconciliation> {
  const { context } = pass
  await examine(pass, paymentId)
  for (const found of await context.paymentSubject.unsettledOf(fork(context), pass.startedAt, paymentId))
    await takeUp(pass, found)
  return finish(pass, { lists: [], sweptTo: await lastSweptTo(context), examined: 1 })
}

async function everything(pass: Pass): Promise<Reconciliation> {
  const { context, apply, startedAt } = pass
  const readings = await readLists(context, {
    missed: (missed) => takeMissedEvent(pass, missed),
    unread: (list, entry) => takeUnreadEntry(pass, list, entry),
  })
  for (const reading of readings) if (reading.problem !== null) await note(pass, listNotRead(reading))
  const missedFor = readings.flatMap(({ missed }) => missed.flatMap(({ paymentId }) => paymentId ?? []))
  const inGaps = new Map(await Promise.all(readings.map(async (one) => [one, await paymentsInGap(pass, one)] as const)))
  const suspected = await suspectPayments(fork(context), startedAt)
  const ended = await endedDisputes(fork(context), startedAt)
  const suspects = new Set([...missedFor, ...suspected, ...ended, ...[...inGaps.values()].flat()])
  const notSeen = await examineAll(pass, suspects)
  if (apply) {
    for (const [reading, ids] of inGaps)
      await settleMark(
        context,
        reading,
        ids.every((id) => !notSeen.has(id)),
      )
  }
  const sweptTo = await lastSweptTo(context)
  const notHere = readings.flatMap(({ source: provider, missed }) =>
    missed.filter(isOursButUnknown).map(({ event: { paymentId, createdAt: since } }) => ({
      provider,
      paymentId,
      reference: null,
      since,
    })),
  )
  const lookedFor = await findMoneyNotHere(pass, notHere)
  const part = await context.paymentSubject.unsettled(fork(context), startedAt, sweptTo)
  for (const found of part.found) await takeUp(pass, found)
  const lookedAgain = await lookAgain(pass)
  if (apply) await settleCases(context)
  const listed = readings.reduce((sum, { examined }) => sum + examined, 0)
  const lists = await Promise.all(readings.map((reading) => listRead(context, reading)))
  const examined = listed + suspects.size + part.found.length + lookedFor + lookedAgain
  return finish(pass, { lists, sweptTo: apply ? part.sweptTo : sweptTo, examined })
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

/** Made when it was asked for, or now. */
function begin({ context, id, apply, startedAt }: Pass): Promise<void> {
  return inTransaction(context.em, async (tx) => {
    const asked = await tx.findOne(Reconciliation, id)
    if (asked) asked.startedAt = startedAt
    else tx.create(Reconciliation, newReconciliation({ id, startedAt, dryRun: !apply }))
  })
}

type Done = Pick<Reconciliation, 'examined' | 'lists' | 'sweptTo'>

async function finish({ context, id }: Pass, done: Done): Promise<Reconciliation> {
  return inTransaction(context.em, async (tx) => {
    const row = await tx.findOneOrFail(Reconciliation, id)
    return tx.assign(row, { ...done, finishedAt: context.now() })
  })
}

/** Where comparing all payments, in order of id, has stopped; passes that only look, or at one payment, pass it on. */
async function lastSweptTo(context: Context): Promise<string | null> {
  const ended = { finishedAt: { $ne: null } }
  const [last] = await fork(context).find(Reconciliation, ended, { orderBy: { id: 'desc' }, limit: 1 })
  return last?.sweptTo ?? null
}

/** Payments of a time of which the list may have lost entries. */
async function paymentsInGap(pass: Pass, { source: provider, gapSince }: ListReading): Promise<string[]> {
  if (gapSince === null) return []
  const touched = await fork(pass.context).find(Payment, { provider, updatedAt: { $gte: gapSince } })
  return touched.map(({ id }) => id)
}

async function takeMissedEvent(pass: Pass, missed: MissedEvent): Promise<void> {
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

/** Eight at a time. Answers those whose provider could not be asked. */
async function examineAll(pass: Pass, paymentIds: Iterable<string>): Promise<Set<string>> {
  const notSeen = new Set<string>()
  const few = bulkhead(QUESTIONS_AT_ONCE, Number.POSITIVE_INFINITY)
  const looks = Array.from(paymentIds, (paymentId) =>
    few.execute(async () => {
      if (!(await examine(pass, paymentId))) notSeen.add(paymentId)
    }),
  )
  await Promise.all(looks)
  return notSeen
}

/** Whether its provider could be asked; what a person has to look at counts as asked. */
async function examine(pass: Pass, paymentId: string): Promise<boolean> {
  const { context, apply } = pass
  try {
    const { changes, unread } = await (apply ? healPayment : comparePayment)(context, paymentId)
    for (const change of changes) await note(pass, changed(change, apply))
    if (changes.length > 0) pass.moved.add(paymentId)
    for (const part of unread) await notePart(pass, paymentId, part)
    if (apply) await setNextLook(pass, paymentId)
    return unread.every(({ failure }) => failure === null)
  } catch (problem) {
    await note(pass, await notExamined(context, paymentId, problem))
    // What could only not be asked now is asked about in the next pass; the rest has to leave others their turn.
    const canBeAsked = !isUpstreamFailure(problem)
    if (apply && (canBeAsked || problem.kind === 'REFUSED')) await setNextLook(pass, paymentId)
    return canBeAsked
  }
}

async function setNextLook({ context, startedAt }: Pass, paymentId: string): Promise<void> {
  const { capturedAt, lookAgainAt } = await findPayment(context.em, paymentId)
  if (capturedAt === null || lookAgainAt === null || lookAgainAt > startedAt) return
  const next = { lookAgainAt: nextLook(capturedAt, startedAt) }
  await inTransaction(context.em, (tx) => tx.nativeUpdate(Payment, paymentId, next))
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

async function takeUp(pass: Pass, { paymentId, status }: Unsettled): Promise<void> {
  const { context, apply, moved } = pass
  if (moved.has(paymentId)) return
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

/** The pass that runs by the clock. */
export const reconcileJob = paymentJobs.reconcile.runs(async (context: Context) => {
  const { id, examined } = await reconcile(context, { apply: true })
  context.log.info({ reconciliationId: id, examined }, 'reconciled')
})

/** The pass that an operator has asked for. */
export const reconcileAskedJob = paymentJobs.reconcileAsked.runs(async (context: Context, order) => {
  const { id, examined } = await reconcile(context, order)
  context.log.info({ reconciliationId: id, examined }, 'reconciled as asked')
})
