/** Finds payments whose enrolment never followed and resumes them for the reconciliation. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { NIL } from 'uuid'
import { refundInFull } from '../payments/add-refund.ts'
import { balanceJoin, balanceOf } from '../payments/balance.ts'
import { openDisputeStatuses } from '../payments/dispute.states.ts'
import type { Payment } from '../payments/payment.ts'
import type { Unsettled, UnsettledPart } from '../payments/payment-subject.ts'
import { voidRefundStatuses } from '../payments/refund.states.ts'
import { Refund } from '../payments/refund.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { finishEnding } from './end-enrolment.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { restoreAfterFailedRefund } from './restore-after-failed-refund.ts'

/** Money that leads nowhere is waited for so long: registering takes seconds when the partner answers. */
const UNSETTLED_AFTER_MS = 10 * 60_000
/** A pass sees what was captured, refunded or decided since then, whatever part of all payments is its turn. */
const RECENT_MS = 2 * 24 * 60 * 60_000
/** So many in id's order are compared in each pass: all there are within days, at a cost that does not grow with them. */
const MOST_IDS_COMPARED = 20_000

const inOrderOfId = `
  select max(id::text) as "sweptTo", count(*)::int as swept
  from (select id from payment where id > ?::uuid order by id limit ?) part`

const openDisputes = openDisputeStatuses.map((status) => `'${status}'`).join(', ')

const partAndRecent = `
  select id from payment where id > ?::uuid and id <= ?::uuid
  union select id from payment where captured_at >= ?
  union select payment_id from refund where updated_at >= ?
  union select payment_id from dispute where closed_at >= ? or status in (${openDisputes})
  union select moving.id from enrolment under_way join payment moving on moving.enrolment_id = under_way.id
    where under_way.status in ('PAID', 'REGISTERING', 'REVOKING', 'COMPENSATING')`

// The three sides: captured = registered, or back, or on its way back. What an operator has in hand is not reported,
// nor what a bank decides about.
// Who is registered is told without adding up: that is nearly everybody.
const unsettledAmong = (payments: string) => `
  select p.id as "paymentId", e.status
  -- What was moved to another run began anew there.
  from payment p join enrolment e on e.id = p.enrolment_id
  where p.id in (${payments}) and p.captured_minor > 0 and greatest(p.captured_at, e.created_at) < ?
    and case
      when e.status = 'STUCK' then false
      when e.payment_id = p.id and e.status in ('PAID', 'REGISTERING') then true
      when e.payment_id = p.id and e.status in ('REGISTERED', 'COMPLETED', 'WITHDRAWN') then false
      when exists (select 1 from dispute d join operator_case c on c.subject_type = 'Dispute' and c.subject_id = d.id
        where d.payment_id = p.id and c.holds) then false
      when e.payment_id = p.id and e.status in ('REVOKING', 'COMPENSATING')
        then (select balance.on_its_way_minor = 0 from (values (1)) as one ${balanceJoin})
      else (select balance.left_minor > 0 from (values (1)) as one ${balanceJoin})
    end
  order by p.id`

/** Whether nothing is being done about a payment that was captured ten minutes ago or longer. */
export function unsettledOf(em: EntityManager, now: Date, paymentId: string): Promise<Unsettled[]> {
  return em.execute(unsettledAmong('?'), [paymentId, before(now, UNSETTLED_AFTER_MS)])
}

/**
 * All such payments that are under way or have changed of late, and of the rest those in the part behind `sweptTo`.
 * Answers how far that part went, null when it came to the end.
 */
export async function unsettled(em: EntityManager, now: Date, sweptTo: string | null): Promise<UnsettledPart> {
  const from = sweptTo ?? NIL
  const [part] = await em.execute<{ sweptTo: string | null; swept: number }[]>(inOrderOfId, [from, MOST_IDS_COMPARED])
  const to = part?.sweptTo ?? from
  const recent = before(now, RECENT_MS)
  const values = [from, to, recent, recent, recent, before(now, UNSETTLED_AFTER_MS)]
  const found = await em.execute<Unsettled[]>(unsettledAmong(partAndRecent), values)
  return { found, sweptTo: part?.swept === MOST_IDS_COMPARED ? to : null }
}

const before = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

/** Adds the job or the refund that goes on with it. False when that has failed before: then a person has to look. */
export async function takeUp(tx: EntityManager, payment: Payment, at: Date): Promise<boolean> {
  const enrolment = await lockEnrolment(tx, payment.enrolmentId)
  if (enrolment.paymentId === payment.id && (await goOn(tx, enrolment, at))) return true
  const { leftMinor } = await balanceOf(tx, payment)
  if (leftMinor === 0) return true
  const failed = await tx.count(Refund, { paymentId: payment.id, status: { $in: [...voidRefundStatuses] } })
  if (failed > 0) return keepForNow(tx, enrolment, payment, at)
  const keepRegistration = enrolment.paymentId !== payment.id
  return (await refundInFull(tx, payment, { reason: 'NOT_SETTLED', keepRegistration, now: at })) !== null
}

/** What only waits for its job gets it again. */
async function goOn(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<boolean> {
  const { status } = enrolment
  if (status === 'PAID' || status === 'REGISTERING') {
    await enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
    return true
  }
  await finishEnding(tx, enrolment, { cause: 'RECONCILIATION', at })
  return enrolment.status !== status
}

/** It could not go back. What stood in the way of keeping it when that was heard may be over: a place taken anew. */
async function keepForNow(tx: EntityManager, enrolment: Enrolment, payment: Payment, at: Date): Promise<boolean> {
  const { status } = enrolment
  await restoreAfterFailedRefund(tx, enrolment, payment, at)
  return enrolment.status !== status && enrolment.status !== 'STUCK'
}
