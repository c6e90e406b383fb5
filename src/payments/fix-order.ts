/** Fixes a payment's order before its first call, so that its key stays true. */
import { globalId } from '../graph/contract/global-id.ts'
import { inTransaction } from '../store/transaction.ts'
import { lockPayment, type Paying } from './paying.ts'
import type { Payment } from './payment.ts'
import type { PaymentOrder } from './payment-provider.ts'

/** A payment whose order is fixed. */
export type OrderedPayment = Payment & { description: string; closesAt: Date }

const LONGEST_DESCRIPTION_CHARACTERS = 120

/** The payment with its order stored; null when what it pays for does not await a payment any more. */
export async function fixOrder(context: Paying, payment: Payment): Promise<OrderedPayment | null> {
  if (isOrdered(payment)) return payment
  const facts = await context.paymentSubject.orderFor(context.em.fork({ clear: true }), payment)
  if (!facts.awaitsPayment) return null
  const holdMs = context.settings.holdMinutes * 60_000
  return inTransaction(context.em, async (tx) => {
    const row = await lockPayment(tx, payment.id)
    if (!isOrdered(row)) {
      row.buyerEmail = facts.buyerEmail
      row.closesAt = facts.holdExpiresAt ?? new Date(payment.createdAt.getTime() + holdMs)
      row.description = [...facts.description].slice(0, LONGEST_DESCRIPTION_CHARACTERS).join('')
    }
    return row as OrderedPayment
  })
}

function isOrdered(payment: Payment): payment is OrderedPayment {
  return payment.description !== null && payment.closesAt !== null
}

/** What the provider is asked for: all of it from the row, the same however often it is asked. */
export function orderOf(payment: OrderedPayment): PaymentOrder {
  return {
    paymentId: payment.id,
    enrolmentId: payment.enrolmentId,
    amount: { amountMinor: payment.amountMinor, currency: payment.currency },
    description: payment.description,
    buyerEmail: payment.buyerEmail,
    returnUrl: backUrl(payment, 'returned'),
    cancelUrl: backUrl(payment, 'cancelled'),
    expiresAt: payment.closesAt,
    key: payment.openKey,
  }
}

/** The client's own address with `payment=<id>` and `result=…` appended. */
function backUrl({ id, returnUrl }: Payment, result: 'returned' | 'cancelled'): string {
  const url = new URL(returnUrl)
  url.searchParams.set('payment', globalId('Payment', id))
  url.searchParams.set('result', result)
  return url.href
}
