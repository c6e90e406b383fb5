/** Opens and closes the case of a payment of which more went back than came. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import { goneMinor, refundsOf } from './balance.ts'
import { Dispute } from './dispute.ts'
import type { Payment } from './payment.ts'

const about = ({ id }: Payment) => ({ type: 'Payment', id }) as const

async function excessMinor(tx: EntityManager, payment: Payment): Promise<number> {
  const disputes = await tx.find(Dispute, { paymentId: payment.id })
  return goneMinor(await refundsOf(tx, payment), disputes) - (payment.capturedMinor ?? 0)
}

/** Money has just gone back: the provider may have paid what had been paid some other way. The payment is locked. */
export async function openExcessCase(tx: EntityManager, payment: Payment, at: Date): Promise<void> {
  const amountMinor = await excessMinor(tx, payment)
  if (amountMinor <= 0) return
  const amount = { amountMinor, currency: payment.capturedCurrency ?? payment.currency }
  const message = 'More went back to the buyer than came.'
  const facts = { message, amount, providerReference: payment.reference }
  await openCase(tx, { kind: 'PAYMENT_DIFFERS', subject: about(payment), ...facts }, at)
}

/** Money has just come back. The payment is locked. */
export async function closeExcessCase(tx: EntityManager, payment: Payment, at: Date): Promise<void> {
  if ((await excessMinor(tx, payment)) <= 0) await closeCase(tx, 'PAYMENT_DIFFERS', about(payment), at)
}
