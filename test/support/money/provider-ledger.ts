/** Reads what a payment provider's own books have of a payment. */
import type { Payment } from '../../../src/payments/payment.ts'

interface Ledger {
  charges?: LedgerEntry[]
  captures?: LedgerEntry[]
  refunds: LedgerEntry[]
}

interface LedgerEntry {
  id: string
  amount: number
  status: string
  charge?: string
  capture?: string
  metadata: Record<string, string | null>
}

/** Where the books of both are. */
export interface Books {
  stripe: string
  paypal: string
}

async function ledgerOf(books: Books, { method }: Payment): Promise<Ledger> {
  const answer = await fetch(`${method === 'CARD' ? books.stripe : books.paypal}/_sandbox/ledger`)
  return (await answer.json()) as Ledger
}

/** Charges or captures that took this payment's money. */
export async function takenFor(books: Books, payment: Payment): Promise<LedgerEntry[]> {
  const { charges, captures } = await ledgerOf(books, payment)
  const taken = (charges ?? captures ?? []).filter(({ status }) => !['failed', 'DECLINED'].includes(status))
  return taken.filter(({ metadata }) => [metadata.paymentId, metadata.custom_id].includes(payment.id))
}

/** Amounts in minor units of what was given back of it, refunds that failed apart. */
export async function refundedFor(books: Books, payment: Payment): Promise<number[]> {
  const ids = new Set((await takenFor(books, payment)).map(({ id }) => id))
  const { refunds } = await ledgerOf(books, payment)
  const made = refunds.filter(({ charge, capture, status }) => ids.has(charge ?? capture ?? '') && status !== 'failed')
  return made.map(({ amount }) => amount)
}
