/** Reads the providers' lists from their marks and keeps what no webhook brought. */
import type { Context } from '../../context.ts'
import { holdMark, type ListName, lessOverlap, markOf, moveMark } from '../../store/list-mark.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { PaymentEvent } from '../payment-event.ts'
import { isOurKindOfId, paymentOfEvent, recordPaymentEvent } from '../payment-inbox.ts'
import {
  type ListPage,
  type ProviderEvent,
  type ProviderList,
  ProviderName,
  type UnreadEntry,
} from '../payment-provider.ts'
import type { KeptListRead } from './reconciliation.ts'

/** As long as Stripe and PayPal keep their events. */
const LISTED_FOR_MS = 30 * 24 * 60 * 60_000
/** A mark that is older can have passed what its list does not hold any more; a day less than the providers keep it. */
const OLDEST_MARK_MS = 29 * 24 * 60 * 60_000

export interface MissedEvent {
  provider: ProviderName
  event: ProviderEvent
  /** The payment it is about; null when there is none here. */
  paymentId: string | null
}

/** One reading of a list. */
export interface ListReading extends ListName {
  source: ProviderName
  began: Date
  examined: number
  /** Oldest first. */
  missed: MissedEvent[]
  /** Why it did not get to the end; null when it did. */
  problem: string | null
  /** Since when the list may have lost entries: payments of that time have to be looked at before the mark moves. */
  gapSince: Date | null
}

/** What becomes of each entry while its page is at hand: a pass that ends there has lost nothing of it. */
export interface Taking {
  missed(event: MissedEvent): Promise<void>
  unread(list: ListName, entry: UnreadEntry): Promise<void>
}

/** Reads every list and has what is new in it taken. No mark moves yet. */
export async function readLists(context: Context, take: Taking): Promise<ListReading[]> {
  const readings: ListReading[] = []
  for (const provider of Object.values(ProviderName)) {
    for (const list of context.providers[provider].lists) readings.push(await readList(context, provider, list, take))
  }
  return readings
}

async function readList(
  context: Context,
  provider: ProviderName,
  list: ProviderList,
  take: Taking,
): Promise<ListReading> {
  const began = context.now()
  const knownUntil = (await markOf(context.em, { source: provider, list: list.name }))?.readUntil ?? null
  const earliest = new Date(began.getTime() - LISTED_FOR_MS)
  const from = knownUntil === null ? earliest : lessOverlap(knownUntil)
  const reading: ListReading = {
    source: provider,
    list: list.name,
    began,
    examined: 0,
    missed: [],
    problem: null,
    gapSince: knownUntil !== null && began.getTime() - knownUntil.getTime() > OLDEST_MARK_MS ? from : null,
  }
  try {
    for await (const page of list.pagesSince(from < earliest ? earliest : from)) {
      await takePage(context, reading, page, take)
    }
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    reading.problem = `${provider} did not list its ${list.name} to the end (${failure.code}).`
  }
  reading.missed.sort((one, other) => one.event.createdAt.getTime() - other.event.createdAt.getTime())
  return reading
}

async function takePage(context: Context, reading: ListReading, page: ListPage, take: Taking): Promise<void> {
  const provider = reading.source
  const relevant = page.entries.filter((event) => event.relevant)
  reading.examined += relevant.length + page.unread.length
  for (const entry of page.unread) await take.unread(reading, entry)
  for (const event of await notInInbox(context, provider, relevant)) {
    const missed = { provider, event, paymentId: await paymentOfEvent(context, { ...event, provider }) }
    reading.missed.push(missed)
    await take.missed(missed)
  }
}

/** Keeps a missed event as if its webhook had come now: its job acts on it should this pass not get so far. */
export function recordMissedEvent(context: Context, { provider, event }: MissedEvent): Promise<boolean> {
  return recordPaymentEvent(context, provider, event, 'RECONCILIATION')
}

async function notInInbox(
  context: Context,
  provider: ProviderName,
  events: readonly ProviderEvent[],
): Promise<ProviderEvent[]> {
  const ids = events.map((event) => event.id)
  const known = await context.em.fork({ clear: true }).find(PaymentEvent, { provider, eventId: { $in: ids } })
  const knownIds = new Set(known.map((event) => event.eventId))
  return events.filter((event) => !knownIds.has(event.id))
}

/** The mark moves to where the reading began once nothing before it can be unknown, and stays otherwise. */
export function settleMark(context: Context, reading: ListReading, allLookedAt: boolean): Promise<void> {
  const { began, problem } = reading
  const at = context.now()
  if (problem !== null) return holdMark(context.em, reading, { problem, at })
  if (reading.gapSince === null || allLookedAt) return moveMark(context.em, reading, { began, endedAt: at })
  return holdMark(context.em, reading, { problem: 'Not every payment since the mark could be looked at.', at })
}

/** How far the list is known after its reading, as the pass's report keeps it. */
export async function listRead({ em }: Context, reading: ListReading): Promise<KeptListRead> {
  const { source, list, problem } = reading
  const mark = await markOf(em, reading)
  const readUntil = mark?.readUntil?.toISOString() ?? null
  return { source, list, readUntil, succeededAt: mark?.succeededAt?.toISOString() ?? null, problem }
}

/** Whether the event carries an id of our making although nothing here has it: money that this database never knew. */
export function isOursButUnknown({ event, paymentId }: MissedEvent): boolean {
  return paymentId === null && isOurKindOfId(event.paymentId)
}
