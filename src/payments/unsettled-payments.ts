/** Finds payments that somebody has to ask their provider about. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type CaseFacts, openCase } from '../cases/open-case.ts'
import type { Payment, PendingReason } from './payment.ts'
import { needsOperator } from './pending-in-words.rules.ts'

/** Whoever is asked has said by then how it went. */
const UNKNOWN_FOR_MS = 60 * 60_000
/** Banks and providers take some days; longer, somebody has to ask them. */
const PROCESSING_FOR_MS = 72 * 60 * 60_000

interface UnsettledRow {
  id: string
  provider: string
  status: string
  pending_reason: PendingReason | null
  amount_minor: string
  currency: string
  reference: string | null
  learner_id: string
  run_id: string
}

/** Of all payments, or of one. */
export async function unsettledPayments(
  em: EntityManager,
  now: Date,
  paymentId: string | null = null,
): Promise<Omit<CaseFacts, 'kind'>[]> {
  const rows = await em.execute<UnsettledRow[]>(
    `select p.id, p.provider, p.status, p.pending_reason, p.amount_minor, p.currency,
       coalesce(p.capture_reference, p.reference) as reference, e.learner_id, e.run_id
     from payment p join enrolment e on e.id = p.enrolment_id
     where (?::uuid is null or p.id = ?::uuid) and ((p.status = 'UNKNOWN' and p.updated_at <= ?) or (p.status = 'PROCESSING'
       and (coalesce(p.pending_since, p.updated_at) <= ? or p.pending_reason in ('SELLER_MUST_ACCEPT', 'SELLER_ACCOUNT'))))
     order by p.id`,
    [paymentId, paymentId, new Date(now.getTime() - UNKNOWN_FOR_MS), new Date(now.getTime() - PROCESSING_FOR_MS)],
  )
  return rows.map(({ id, reference, ...row }) => ({
    subject: { type: 'Payment', id },
    message: messageOf(row),
    amount: { amountMinor: Number(row.amount_minor), currency: row.currency },
    providerReference: reference,
    learnerId: row.learner_id,
    courseRunId: row.run_id,
  }))
}

function messageOf({ provider, status, pending_reason: reason }: Omit<UnsettledRow, 'id' | 'reference'>): string {
  if (status === 'UNKNOWN') return `${provider} has not said for an hour how the payment went.`
  if (reason === 'SELLER_MUST_ACCEPT') return `${provider} holds the payment until somebody accepts it there.`
  if (reason === 'SELLER_ACCOUNT') return `${provider} holds the payment: the seller's account lacks something.`
  return `${provider} has been processing the payment for three days.`
}

/** At once, when nothing but a person can end it. The payment is locked, and written. */
export async function openUnsettledCase(tx: EntityManager, payment: Payment, now: Date): Promise<void> {
  if (payment.status !== 'PROCESSING' || !needsOperator(payment.pendingReason)) return
  const kind = 'PAYMENT_UNSETTLED'
  for (const facts of await unsettledPayments(tx, now, payment.id)) await openCase(tx, { ...facts, kind }, now)
}
