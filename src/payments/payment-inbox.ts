/** Verifies and stores payment providers' webhooks for a job to follow later. */
import { type Context, type Parts, TryAgainLater } from '../context.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { advancePayment } from './advance-payment.ts'
import { Dispute } from './dispute.ts'
import { Payment } from './payment.ts'
import { PaymentEvent } from './payment-event.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderEvent, ProviderName } from './payment-provider.ts'
import { Refund } from './refund.ts'

type Receiver = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => Promise<{ status: 200 }>

/** Ten waits, each twice the one before, are 34 minutes: longer than any transaction of ours. */
const MOST_ATTEMPTS = 11

/** What the webhook's route calls. Throws WebhookRefused for a forgery, before anything is read or written. */
export function receivePaymentEvent(parts: Pick<Parts, 'providers' | 'orm' | 'now'>, name: ProviderName): Receiver {
  return async (rawBody, headers) => {
    const event = await parts.providers[name].verifyEvent(rawBody, headers, parts.now())
    await recordPaymentEvent(parts, name, event, 'WEBHOOK')
    return { status: 200 }
  }
}

/**
 * Stores the event and adds its job, in one transaction and once however often it comes. Types that we do not act on
 * or that name nothing are kept as IGNORED. Answers whether it was new.
 */
export function recordPaymentEvent(
  { orm, now }: Pick<Parts, 'orm' | 'now'>,
  provider: ProviderName,
  event: ProviderEvent,
  source: 'WEBHOOK' | 'RECONCILIATION',
): Promise<boolean> {
  // What names nothing that could be looked at is ignored at once.
  const relevant = event.relevant && (event.paymentId !== null || event.references.length > 0)
  return inTransaction(orm.em, async (tx) => {
    const [kept] = await tx.execute<{ id: string }[]>(
      `insert into payment_event (id, provider, event_id, type, status, payment_id, "references", summary, source, created_at, received_at, attempts)
       values (?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, 0) on conflict (provider, event_id) do nothing returning id`,
      [
        newId(),
        provider,
        event.id,
        event.type,
        relevant ? 'RECEIVED' : 'IGNORED',
        event.paymentId,
        JSON.stringify(event.references),
        JSON.stringify(event.summary),
        source,
        event.createdAt,
        now(),
      ],
    )
    if (kept && relevant) await paymentJobs.handleEvent.add(tx, { eventId: kept.id })
    return kept !== undefined
  })
}

/** Whether an id in an event can be one that we made. */
export function isOurKindOfId(id: string | null): id is string {
  return id !== null && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(id)
}

/** The payment that an event is about: by our own id in it, or by any reference that we know; null when there is none. */
export async function paymentOfEvent(
  { em: shared }: Pick<Context, 'em'>,
  { provider, paymentId, references }: Pick<PaymentEvent, 'provider' | 'paymentId' | 'references'>,
): Promise<string | null> {
  const em = shared.fork({ clear: true })
  const byId = isOurKindOfId(paymentId) ? await em.findOne(Payment, { id: paymentId, provider }) : null
  if (byId) return byId.id
  const known = { $in: references }
  const byReference = await em.findOne(Payment, { provider, $or: [{ reference: known }, { captureReference: known }] })
  if (byReference) return byReference.id
  const after = (await em.findOne(Refund, { reference: known })) ?? (await em.findOne(Dispute, { reference: known }))
  return after && (await em.findOne(Payment, { id: after.paymentId, provider })) ? after.paymentId : null
}

/** Acts on one event: looks at its payment, or waits until there is one; what turns out not to be ours is ignored. */
async function handle(context: Context, eventId: string): Promise<void> {
  const event = await context.em.fork({ clear: true }).findOneOrFail(PaymentEvent, eventId)
  if (event.status === 'HANDLED' || event.status === 'IGNORED') return
  const paymentId = await paymentOfEvent(context, event)
  if (paymentId) {
    const { unread } = await advancePayment(context, paymentId, 'PROVIDER_EVENT')
    for (const { part, reference, problem } of unread) {
      context.log.warn({ paymentId, part, reference, problem }, 'what stands beside the money could not be read')
    }
    // It may be what the event is about: asked for again, the money having been recorded.
    const failed = unread.find(({ failure }) => failure !== null)
    if (failed?.failure) throw failed.failure
    return endEvent(context, eventId, 'HANDLED')
  }
  if (event.attempts + 1 >= MOST_ATTEMPTS) return endEvent(context, eventId, 'IGNORED')
  await inTransaction(context.em, (tx) =>
    tx.nativeUpdate(PaymentEvent, eventId, { status: 'WAITING', attempts: event.attempts + 1 }),
  )
  throw new TryAgainLater('the event is about something that is not known yet', 2 ** (event.attempts + 1))
}

/** Notes that nothing is left to do about an event. */
async function endEvent(context: Context, eventId: string, status: 'HANDLED' | 'IGNORED'): Promise<void> {
  const handledAt = context.now()
  await inTransaction(context.em, (tx) => tx.nativeUpdate(PaymentEvent, eventId, { status, handledAt }))
}

/** Finds what an event is about and brings it up to date. */
export const handlePaymentEventJob = paymentJobs.handleEvent.runs((context: Context, { eventId }) =>
  handle(context, eventId),
)
