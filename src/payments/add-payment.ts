/** Makes the row of a payment inside the caller's transaction, with the job that opens it should nobody else. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { addJob } from '../store/transaction.ts'
import { Payment, type PaymentMethod } from './payment.ts'

/** The caller opens it itself a moment later; this is how long it may take before the job does. */
const safetyNetMs = 20_000

/** A payment in CREATED, its key stored before any call. Amount in minor units. */
export async function addPayment(
  tx: EntityManager,
  facts: {
    enrolmentId: string
    method: PaymentMethod
    amountMinor: number
    currency: string
    returnUrl: string
    actor: string
    now: Date
  },
): Promise<Payment> {
  const { enrolmentId, method, amountMinor, currency, returnUrl, now } = facts
  const id = newId()
  const payment = tx.create(Payment, {
    ...{ id, enrolmentId, method, amountMinor, currency, returnUrl, createdAt: now, updatedAt: now },
    ...{ provider: method === 'CARD' ? 'STRIPE' : 'PAYPAL', status: 'CREATED', openKey: `${id}-open-1`, attempt: 1 },
    ...{ reference: null, captureReference: null, redirectUrl: null, actionExpiresAt: null, cardBrand: null },
    ...{ cardLast4: null, failureCode: null, failureMessage: null, failureRetryable: null, capturedMinor: null },
    ...{ capturedCurrency: null, capturedAt: null },
  } as Payment)
  beginHistory(tx, 'Payment', payment, { cause: 'OPENED', actor: facts.actor, at: now })
  await tx.flush()
  const runAt = new Date(Date.now() + safetyNetMs)
  await addJob(tx, 'open_payment', { paymentId: id }, { key: `open_payment:${id}`, runAt })
  return payment
}
