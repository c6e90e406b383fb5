/** Makes the row of a refund inside the caller's transaction; never more than what was captured and is not going back. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { addJob } from '../store/transaction.ts'
import type { Payment } from './payment.ts'
import { Refund, type RefundOrigin } from './refund.ts'

/** More was asked for than can still go back. */
export class RefundExceeds extends Error {
  override readonly name = 'RefundExceeds'
  readonly maximumMinor: number
  constructor(maximumMinor: number) {
    super(`at most ${maximumMinor} minor units can be refunded`)
    this.maximumMinor = maximumMinor
  }
}

/** What can still go back, in minor units: captured, less every refund that has not failed. The payment is locked. */
export async function refundableMinor(tx: EntityManager, payment: Payment): Promise<number> {
  const refunds = await tx.find(Refund, { paymentId: payment.id, status: { $nin: ['FAILED', 'CANCELLED'] } })
  return (payment.capturedMinor ?? 0) - refunds.reduce((sum, refund) => sum + refund.amountMinor, 0)
}

export interface RefundRequest {
  amountMinor: number
  origin: RefundOrigin
  reason: string | null
  keepRegistration: boolean
  /** Viewer key; null when nobody asked. */
  requestedBy: string | null
  now: Date
}

/** A refund in REQUESTED with its key stored and its job added. Throws RefundExceeds; the payment must be locked. */
export async function addRefund(tx: EntityManager, payment: Payment, request: RefundRequest): Promise<Refund> {
  const { now, ...facts } = request
  const maximum = await refundableMinor(tx, payment)
  if (request.amountMinor > maximum) throw new RefundExceeds(maximum)
  const id = newId()
  const refund = tx.create(Refund, {
    ...facts,
    ...{ id, paymentId: payment.id, currency: payment.capturedCurrency ?? payment.currency, status: 'REQUESTED' },
    ...{ failureReason: null, callKey: `${id}-refund-1`, attempt: 1, reference: null },
    ...{ requestedAt: now, settledAt: null, updatedAt: now },
  } as Refund)
  beginHistory(tx, 'Refund', refund, { cause: request.origin, actor: request.requestedBy, at: now })
  await tx.flush()
  await addJob(tx, 'submit_refund', { refundId: id }, { key: `submit_refund:${id}` })
  return refund
}
