/** Fixes a payment's order before its first call, so that its key stays true. */
import { globalId } from '../graph/contract/global-id.ts'
import { inTransaction } from '../store/transaction.ts'
import { holdUntil, isFullHold } from './hold-until.ts'
import { lockPayment, type Paying } from './paying.ts'
import type { Payment } from './payment.ts'
import type { PaymentOrder } from './payment-provider.ts'

/** A payment whose order is fixed. */
export type OrderedPayment = Payment & { description: string; closesAt: Date }

const LONGEST_DESCRIPTION_CHARACTERS = 120

/**
 * The payment with its order stored; null when what it pays for does not await a payment any more, or is not held any
 * more. An order that was fixed a while ago and never made is made anew, with a key of its own, so that the page is open
 * for the full time: its caller has looked that there is none.
 */
export async function fixOrder(context: Paying, payment: Payment): Promise<OrderedPayment | null> {
  const { holdMinutes } = context.settings
  const now = context.now()
  if (isOrdered(payment) && isFullHold(payment.closesAt, now, holdMinutes)) return payment
  const facts = await context.paymentSubject.orderFor(context.em.fork({ clear: true }), payment)
  if (!facts.awaitsPayment) return null
  const { holdExpiresAt: held } = facts
  return inTransaction(context.em, async (tx) => {
    const row = await lockPayment(tx, payment.id)
    if (isOrdered(row) && (row.reference !== null || isFullHold(row.closesAt, now, holdMinutes))) return row
    if (held !== null && now >= held) {
      row.closesAt ??= held
      return null
    }
    if (isOrdered(row)) row.openKey = nextOpenKey(row)
    row.closesAt = held !== null && isFullHold(held, now, holdMinutes) ? held : holdUntil(now, holdMinutes)
    row.buyerEmail = facts.buyerEmail
    row.description = [...facts.description].slice(0, LONGEST_DESCRIPTION_CHARACTERS).join('')
    return row as OrderedPayment
  })
}

/** `<payment>:open:<number>`, the next number. */
function nextOpenKey({ id, openKey }: Payment): string {
  return `${id}:open:${Number(openKey.split(':').at(-1)) + 1}`
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
