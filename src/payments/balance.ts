/** Computes a payment's captured, refunded, pending and contested money. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOpenDispute, openDisputeStatuses } from './dispute.states.ts'
import { Dispute } from './dispute.ts'
import { Payment } from './payment.ts'
import { backRefundStatuses, isBackRefund, isOpenRefund, openRefundStatuses } from './refund.states.ts'
import { Refund } from './refund.ts'

/** In minor units of the currency in which it was captured. */
export interface Balance {
  capturedMinor: number
  /** With the buyer again: refunds that succeeded or were settled outside, and disputes that were lost. */
  backMinor: number
  /** Refunds that have not settled. */
  onItsWayMinor: number
  /** Captured, neither back nor on its way: never below zero. */
  leftMinor: number
  contested: boolean
}

type RefundPart = Pick<Refund, 'status' | 'amountMinor'>
type DisputePart = Pick<Dispute, 'status' | 'amountMinor'>

/** The balance of a payment from its refunds and disputes. */
export function balanceFrom(
  { capturedMinor: captured }: Pick<Payment, 'capturedMinor'>,
  refunds: readonly RefundPart[],
  disputes: readonly DisputePart[],
): Balance {
  const capturedMinor = captured ?? 0
  const backMinor = refundedMinor(refunds) + sumMinor(disputes.filter(({ status }) => status === 'LOST'))
  const onItsWayMinor = sumMinor(refunds.filter(({ status }) => isOpenRefund(status)))
  return {
    capturedMinor,
    backMinor,
    onItsWayMinor,
    leftMinor: Math.max(0, capturedMinor - backMinor - onItsWayMinor),
    contested: disputes.some(({ status }) => isOpenDispute(status)),
  }
}

/** What refunds have brought back, without what disputes took. */
export function refundedMinor(refunds: readonly RefundPart[]): number {
  return sumMinor(refunds.filter(({ status }) => isBackRefund(status)))
}

function sumMinor(parts: readonly { amountMinor: number }[]): number {
  return parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

/** Whether all that was captured is with the buyer again; what is only on its way is not. */
export function isBack({ capturedMinor, backMinor }: Balance): boolean {
  return backMinor >= capturedMinor
}

const listed = (statuses: readonly string[]) => statuses.map((status) => `'${status}'`).join(', ')

/** `balanceFrom` in SQL, for statements about many payments: joins `balance` to a payment that is seen as `p`. */
export const balanceJoin = `cross join lateral (
    select coalesce(p.captured_minor, 0) as captured_minor,
      r.refunded + d.lost as back_minor,
      r.on_its_way as on_its_way_minor,
      greatest(0, coalesce(p.captured_minor, 0) - r.refunded - d.lost - r.on_its_way) as left_minor,
      d.contested
    from (
      select coalesce(sum(amount_minor) filter (where status in (${listed(backRefundStatuses)})), 0) as refunded,
        coalesce(sum(amount_minor) filter (where status in (${listed(openRefundStatuses)})), 0) as on_its_way
      from refund where payment_id = p.id) r
    cross join (
      select coalesce(sum(amount_minor) filter (where status = 'LOST'), 0) as lost,
        coalesce(bool_or(status in (${listed(openDisputeStatuses)})), false) as contested
      from dispute where payment_id = p.id) d
  ) balance`

/** The balance of a payment whose row is locked. */
export async function balanceOf(tx: EntityManager, payment: Payment): Promise<Balance> {
  const refunds = await refundsOf(tx, payment)
  return balanceFrom(payment, refunds, await tx.find(Dispute, { paymentId: payment.id }))
}

/** The refunds of a payment whose row is locked, oldest first; none of what was never to be paid. */
export async function refundsOf(tx: EntityManager, payment: Pick<Payment, 'id'> | null): Promise<Refund[]> {
  if (payment === null) return []
  await tx.flush()
  return tx.find(Refund, { paymentId: payment.id }, { orderBy: { id: 'asc' } })
}

/** Whether everything that was ever paid for the enrolment is with the buyer again. */
export async function isAllBack(tx: EntityManager, enrolmentId: string): Promise<boolean> {
  return (await balancesFor(tx, enrolmentId)).every(isBack)
}

/** Whether any of the money that was paid for the enrolment is contested. */
export async function isContested(tx: EntityManager, enrolmentId: string): Promise<boolean> {
  return (await balancesFor(tx, enrolmentId)).some(({ contested }) => contested)
}

async function balancesFor(tx: EntityManager, enrolmentId: string): Promise<Balance[]> {
  const balances: Balance[] = []
  for (const payment of await tx.find(Payment, { enrolmentId })) {
    balances.push(await balanceOf(tx, payment))
  }
  return balances
}
