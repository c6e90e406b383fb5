/** Describes the context of payment commands and finds and locks their rows. */
import { type EntityManager, LockMode } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { Payment } from './payment.ts'
import { Refund } from './refund.ts'

/** For commands that ask a provider. */
export type Paying = Pick<Context, 'em' | 'providers' | 'paymentSubject' | 'settings' | 'now' | 'log'>

/** For what is done inside a transaction: nobody outside is called there. */
export type Recording = Pick<Context, 'paymentSubject' | 'settings' | 'now' | 'log'>

/** The payment as it stands, not locked, for a look before a call. Throws when there is none: its id is from our rows. */
export function findPayment(em: EntityManager, paymentId: string): Promise<Payment> {
  return em.fork({ clear: true }).findOneOrFail(Payment, paymentId)
}

/** The payment, locked until the transaction ends: always before the refund, and before what it pays for. */
export function lockPayment(tx: EntityManager, paymentId: string): Promise<Payment> {
  return tx.findOneOrFail(Payment, paymentId, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
}

/** A refund with its payment, both locked: the payment first, as everywhere. */
export async function lockRefund(tx: EntityManager, refundId: string): Promise<{ payment: Payment; refund: Refund }> {
  const { paymentId } = await tx.findOneOrFail(Refund, refundId)
  const payment = await lockPayment(tx, paymentId)
  const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const
  return { payment, refund: await tx.findOneOrFail(Refund, refundId, lock) }
}
