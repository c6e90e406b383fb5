/** The inbox: a verified event is a row and a job before it is answered; what it means is asked of the provider later. */
import type { Context, Job, Parts } from '../context.ts'
import { TryAgainLater } from '../context.ts'
import { newId } from '../store/row.ts'
import { addJob, inTransaction, isDuplicateOf } from '../store/transaction.ts'
import { advancePayment } from './advance-payment.ts'
import { Payment } from './payment.ts'
import { PaymentEvent } from './payment-event.ts'
import type { ProviderEvent, ProviderName } from './payment-provider.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** An event about an object that is not known yet is tried so often, with growing pauses, then given up as ignored. */
const mostAttempts = 8

type Receiver = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => Promise<{ status: 200 }>

/** What the webhook's route calls. Throws WebhookRefused before anything is written. */
export function receivePaymentEvent(parts: Pick<Parts, 'providers' | 'orm' | 'now'>, name: ProviderName): Receiver {
  return async (rawBody, headers) => {
    const event = await parts.providers[name].verifyEvent(rawBody, headers, parts.now())
    await keepEvent(parts, name, event, 'WEBHOOK')
    return { status: 200 }
  }
}

/** Stores the event and adds its job, once however often it comes. Answers whether it was new. */
export async function keepEvent(
  { orm, now }: Pick<Parts, 'orm' | 'now'>,
  provider: ProviderName,
  event: ProviderEvent,
  source: 'WEBHOOK' | 'RECONCILIATION',
): Promise<boolean> {
  const { id: eventId, type, createdAt, relevant, paymentId, references, summary } = event
  try {
    await inTransaction(orm.em, async (tx) => {
      const id = newId()
      tx.create(PaymentEvent, {
        ...{ id, provider, eventId, type, status: relevant ? 'RECEIVED' : 'IGNORED', paymentId, references, summary },
        ...{ source, createdAt, receivedAt: now(), handledAt: null, attempts: 0 },
      })
      await tx.flush()
      if (relevant) await addJob(tx, 'handle_payment_event', { eventId: id })
    })
    return true
  } catch (error) {
    if (isDuplicateOf(error, 'payment_event_provider_event_id_unique')) return false
    throw error
  }
}

async function paymentOf(context: Context, event: PaymentEvent): Promise<Payment | null> {
  const em = context.em.fork()
  const { provider } = event
  const byId =
    event.paymentId && uuid.test(event.paymentId) ? await em.findOne(Payment, { id: event.paymentId, provider }) : null
  if (byId) return byId
  const references = { $in: event.references }
  return em.findOne(Payment, { provider, $or: [{ reference: references }, { captureReference: references }] })
}

async function handle(context: Context, eventId: string): Promise<void> {
  const event = await context.em.fork().findOneOrFail(PaymentEvent, eventId)
  if (event.status === 'HANDLED' || event.status === 'IGNORED') return
  const payment = await paymentOf(context, event)
  if (payment) await advancePayment(context, payment.id, event.type.toUpperCase().replaceAll('.', '_'))
  const attempts = event.attempts + 1
  const status = payment ? 'HANDLED' : attempts < mostAttempts ? 'WAITING' : 'IGNORED'
  await inTransaction(context.em, async (tx) => {
    const row = await tx.findOneOrFail(PaymentEvent, eventId)
    tx.assign(row, { status, attempts, handledAt: payment ? context.now() : null })
  })
  if (status === 'WAITING') throw new TryAgainLater('the event is about something that is not known yet', 2 ** attempts)
}

/** Finds what an event is about and brings it up to date. */
export const handlePaymentEventJob: Job = {
  task: 'handle_payment_event',
  run: (context, { eventId }) => handle(context, eventId as string),
}
