/** Records the names of a payment in the transaction that first hears them. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Payment } from '../payment.ts'
import type { ProviderName, ProviderPayment } from '../payment-provider.ts'
import type { PaymentReferenceKind } from './payment-reference.ts'

export interface Reference {
  kind: PaymentReferenceKind
  /** As the provider writes it; null while it is not known. */
  value: string | null
}

/** What each provider calls the page to pay on, and the money that was taken. */
const kindsOf = {
  STRIPE: { opened: 'SESSION', captured: 'INTENT' },
  PAYPAL: { opened: 'ORDER', captured: 'CAPTURE' },
} as const satisfies Record<ProviderName, Record<string, PaymentReferenceKind>>

/** Those that its own row knows. */
export function ownReferences({ id, provider, reference, captureReference }: Payment): Reference[] {
  const { opened, captured } = kindsOf[provider]
  return [
    { kind: 'OWN', value: id },
    { kind: opened, value: reference },
    { kind: captured, value: captureReference },
  ]
}

/** Those that a look at the provider has told. */
export function seenReferences({ capture, refunds, disputes }: ProviderPayment): Reference[] {
  return [
    { kind: 'CHARGE', value: capture?.chargeReference ?? null },
    ...refunds.map(({ reference }) => ({ kind: 'REFUND' as const, value: reference })),
    ...disputes.map(({ reference }) => ({ kind: 'DISPUTE' as const, value: reference })),
  ]
}

/** Adds those that are new, all in one statement; what is known already is left as it is. */
export async function recordReferences(
  tx: EntityManager,
  { id, provider }: Pick<Payment, 'id' | 'provider'>,
  references: readonly Reference[],
): Promise<void> {
  const known = references.flatMap(({ kind, value }) => (value === null ? [] : { kind, value }))
  if (known.length === 0) return
  await tx.execute(
    `insert into payment_reference (payment_id, provider, kind, value, written)
     select ?::uuid, ?, said.kind, lower(said.value), said.value from jsonb_to_recordset(?::jsonb) as said(kind text, value text)
     on conflict do nothing`,
    [id, provider, JSON.stringify(known)],
  )
}
