/** Computes a payment's captured, refunded, pending and contested money. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOpenDispute } from './dispute.states.ts'
import { Dispute } from './dispute.ts'
import { Payment } from './payment.ts'
import { isOpenRefund } from './refund.states.ts'
import { Refund } from './refund.ts'

/** In minor units of the currency in which it was captured. */
export interface Balance {
  capturedMinor: number
  /** With the buyer again: refunds that succeeded, and disputes that were lost. */
  backMinor: number
  /** Refunds that have not settled. */
  onItsWayMinor: number
  /** Captured, neither back nor on its way: never below zero. */
  leftMinor: number
  contested: boolean
}

const sumMinor = (parts: readonly { amountMinor: number }[]) =>
  parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)

/** The balance of a payment from its refunds and disputes. */
export function balanceFrom(
  { capturedMinor }: Pick<Payment, 'capturedMinor'>,
  refunds: readonly Pick<Refund, 'status' | 'amountMinor'>[],
  disputes: readonly Pick<Dispute, 'status' | 'amountMinor'>[],
): Balance {
  const captured = capturedMinor ?? 0
  const lostMinor = sumMinor(disputes.filter(({ status }) => status === 'LOST'))
  const backMinor = sumMinor(refunds.filter(({ status }) => status === 'SUCCEEDED')) + lostMinor
  const onItsWayMinor = sumMinor(refunds.filter(({ status }) => isOpenRefund(status)))
  return {
    capturedMinor: captured,
    backMinor,
    onItsWayMinor,
    leftMinor: Math.max(0, captured - backMinor - onItsWayMinor),
    contested: disputes.some(({ status }) => isOpenDispute(status)),
  }
}

/** The balance of a payment whose row is locked. */
export async function balanceOf(tx: EntityManager, payment: Payment): Promise<Balance> {
  await tx.flush()
  const refunds = await tx.find(Refund, { paymentId: payment.id })
  return balanceFrom(payment, refunds, await tx.find(Dispute, { paymentId: payment.id }))
}

/** Whether everything that was ever paid for the enrolment is with the buyer again. */
export async function isAllBack(tx: EntityManager, enrolmentId: string): Promise<boolean> {
  for (const payment of await tx.find(Payment, { enrolmentId, capturedMinor: { $gt: 0 } })) {
    const { capturedMinor, backMinor } = await balanceOf(tx, payment)
    if (backMinor < capturedMinor) return false
  }
  return true
}
