/** Computes a payment's captured, refunded, pending and contested money. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { isOpenDispute, openDisputeStatuses } from './dispute.states.ts'
import { Dispute, type DisputeStatus } from './dispute.ts'
import type { DisputeRefundable } from './dispute-stage.ts'
import { Payment } from './payment.ts'
import { backRefundStatuses, isBackRefund, isOpenRefund, openRefundStatuses } from './refund.states.ts'
import { Refund } from './refund.ts'

/** In minor units of the currency in which it was captured. */
export interface Balance {
  capturedMinor: number
  /** With the buyer again, by refunds or lost disputes: never more than was captured, and all but a trifle counts as all. */
  backMinor: number
  /** Refunds that have not settled. */
  onItsWayMinor: number
  /** Captured, neither back nor on its way: never below zero. */
  leftMinor: number
  /** The buyer has claimed it back, and that is not decided: not while they only ask. */
  contested: boolean
  /** How the first dispute that is not decided stands, questions too; null when there is none. */
  openDispute: DisputeStatus | null
  /** What may be refunded meanwhile. */
  refundable: DisputeRefundable
}

/** Of what was captured: after a lost dispute a rest of no more is its exchange rate, and is not asked back. */
const TRIFLE_PER_HUNDRED_PART = 2

type RefundPart = Pick<Refund, 'status' | 'amountMinor' | 'requestedAt'>
export type DisputePart = Pick<Dispute, 'status' | 'stage' | 'refundable' | 'lostMinor' | 'countsRefunds' | 'openedAt'>

/** The balance of a payment from its refunds and disputes. */
export function balanceFrom(
  { capturedMinor: captured }: Pick<Payment, 'capturedMinor'>,
  refunds: readonly RefundPart[],
  disputes: readonly DisputePart[],
): Balance {
  const capturedMinor = captured ?? 0
  const heldMinor = Math.max(0, capturedMinor - goneMinor(refunds, disputes))
  const onItsWayMinor = sumMinor(refunds.filter(({ status }) => isOpenRefund(status)))
  const leftMinor = Math.max(0, heldMinor - onItsWayMinor)
  const trifleMinor = disputes.some(({ status }) => status === 'LOST')
    ? (capturedMinor * TRIFLE_PER_HUNDRED_PART) / 100
    : 0
  const open = disputes.filter(({ status }) => isOpenDispute(status))
  return {
    capturedMinor,
    backMinor: heldMinor <= trifleMinor ? capturedMinor : capturedMinor - heldMinor,
    onItsWayMinor,
    leftMinor: leftMinor <= trifleMinor ? 0 : leftMinor,
    contested: open.some(({ stage }) => stage !== 'INQUIRY'),
    openDispute: open.map(({ status }) => status).toSorted()[0] ?? null,
    refundable: open.map(({ refundable }) => refundable).toSorted(byLeast)[0] ?? 'ANY',
  }
}

/** What has gone back, however much came: by refunds, and through disputes besides. */
export function goneMinor(refunds: readonly RefundPart[], disputes: readonly DisputePart[]): number {
  return disputes.reduce((sum, dispute) => sum + lostThrough(dispute, refunds), refundedMinor(refunds))
}

const fromLeast: readonly DisputeRefundable[] = ['NOTHING', 'WHOLE_ONLY', 'ANY']
const byLeast = (one: DisputeRefundable, other: DisputeRefundable) => fromLeast.indexOf(one) - fromLeast.indexOf(other)

/** What is gone through a dispute besides the refunds that settled it, in minor units of the payment's currency. */
export function lostThrough(dispute: DisputePart, refunds: readonly RefundPart[]): number {
  if (dispute.status !== 'LOST') return 0
  return Math.max(0, dispute.lostMinor - refundedMinor(refunds.filter((refund) => hasSettled(refund, dispute))))
}

/** Whether the refund is among what the provider says went back through the dispute. */
export function hasSettled(
  { status, requestedAt }: Pick<RefundPart, 'status' | 'requestedAt'>,
  dispute: Pick<DisputePart, 'status' | 'countsRefunds' | 'openedAt'>,
): boolean {
  return dispute.status === 'LOST' && dispute.countsRefunds && status === 'SUCCEEDED' && requestedAt >= dispute.openedAt
}

/** What refunds have brought back, without what disputes took. */
export function refundedMinor(refunds: readonly Pick<RefundPart, 'status' | 'amountMinor'>[]): number {
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

/** What was lost, by whatever its status is now, through a dispute that is seen as `d`: `lostThrough` in SQL. */
export const lostThroughSql = `greatest(0, d.lost_minor - case when d.counts_refunds then (
    select coalesce(sum(f.amount_minor), 0) from refund f
    where f.payment_id = d.payment_id and f.status = 'SUCCEEDED' and f.requested_at >= d.opened_at) else 0 end)`

const openDisputes = `filter (where d.status in (${listed(openDisputeStatuses)}))`

/** `balanceFrom` in SQL, for statements about many payments: joins `balance` to a payment that is seen as `p`. */
export const balanceJoin = `cross join lateral (
    select m.captured as captured_minor,
      case when m.held <= m.trifle then m.captured else m.captured - m.held end as back_minor,
      m.on_its_way as on_its_way_minor,
      case when m.held - m.on_its_way <= m.trifle then 0 else m.held - m.on_its_way end as left_minor,
      m.contested, m.open_dispute, m.refundable
    from (
      select c.captured, greatest(0, c.captured - r.refunded - d.lost) as held, r.on_its_way,
        case when d.any_lost then c.captured * ${TRIFLE_PER_HUNDRED_PART} / 100.0 else 0 end as trifle,
        d.contested, d.open_dispute, d.refundable
      from (select coalesce(p.captured_minor, 0) as captured) c
      cross join (
        select coalesce(sum(amount_minor) filter (where status in (${listed(backRefundStatuses)})), 0) as refunded,
          coalesce(sum(amount_minor) filter (where status in (${listed(openRefundStatuses)})), 0) as on_its_way
        from refund where payment_id = p.id) r
      cross join (
        select coalesce(sum(${lostThroughSql}) filter (where d.status = 'LOST'), 0) as lost,
          coalesce(bool_or(d.status = 'LOST'), false) as any_lost,
          coalesce(bool_or(d.stage <> 'INQUIRY') ${openDisputes}, false) as contested,
          min(d.status) ${openDisputes} as open_dispute,
          case when bool_or(d.refundable = 'NOTHING') ${openDisputes} then 'NOTHING'
            when bool_or(d.refundable = 'WHOLE_ONLY') ${openDisputes} then 'WHOLE_ONLY' else 'ANY' end as refundable
        from dispute d where d.payment_id = p.id) d
    ) m
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
