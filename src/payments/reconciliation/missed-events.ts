/** Finds the providers' events that no webhook brought, with their payments. */
import type { Context } from '../../context.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { PaymentEvent } from '../payment-event.ts'
import { isOurKindOfId, paymentOfEvent, recordPaymentEvent } from '../payment-inbox.ts'
import { type ProviderEvent, ProviderName } from '../payment-provider.ts'

export interface MissedEvent {
  provider: ProviderName
  event: ProviderEvent
  /** The payment it is about; null when there is none here. */
  paymentId: string | null
}

export interface Sweep {
  examined: number
  missed: MissedEvent[]
  /** Providers whose list of events could not be read now. */
  silent: { provider: ProviderName; code: string }[]
}

/** Compares every provider's list of events since the instant with the inbox. Stores nothing. */
export async function findMissedEvents(context: Context, since: Date): Promise<Sweep> {
  const sweep: Sweep = { examined: 0, missed: [], silent: [] }
  for (const provider of Object.values(ProviderName)) {
    try {
      const events = (await context.providers[provider].eventsSince(since)).filter((event) => event.relevant)
      sweep.examined += events.length
      for (const event of await notInInbox(context, provider, events)) {
        sweep.missed.push({ provider, event, paymentId: await paymentOfEvent(context, { ...event, provider }) })
      }
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      sweep.silent.push({ provider, code: failure.code })
    }
  }
  return sweep
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

/** Keeps a missed event as if its webhook had come now: its job acts on it should this pass not get so far. */
export function recordMissedEvent(context: Context, { provider, event }: MissedEvent): Promise<boolean> {
  return recordPaymentEvent(context, provider, event, 'RECONCILIATION')
}

/** Whether the event carries an id of our making although nothing here has it: money that this database never knew. */
export function isOursButUnknown({ event, paymentId }: MissedEvent): boolean {
  return paymentId === null && isOurKindOfId(event.paymentId)
}
