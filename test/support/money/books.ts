/** Reads the books of gateway, payment providers and partner side by side. */
import pg from 'pg'
import type { World } from '../world/world.ts'

export interface Taken {
  /** What we know it by, and what its refunds hang on: at Stripe an intent and its charge. */
  id: string
  refundable: string
  paymentId: string | null
  amount: number
}

export interface Returned {
  id: string
  takenBy: string
  amount: number
  status: string
}

export interface Place {
  uuid: string
  external_learner_id: string
  program_run: string
  status: string
}

export interface PaymentRow {
  id: string
  enrolment: string
  status: string
  captured: number
  capture_reference: string | null
}

export interface RefundRow {
  id: string
  payment: string
  status: string
  amount: number
  reference: string | null
  keeps: boolean
}

export interface DisputeRow {
  id: string
  payment: string
  status: string
  stage: string
  /** What is gone through it besides refunds, should it be lost. */
  lost: number
}

export interface EnrolmentRow {
  id: string
  status: string
  stuck: string | null
  payment: string | null
  learner: string
  run: string
  registration: string | null
  /** Whether the partner has ended it, and whether its run was called off. */
  ended: boolean
  cancelled: boolean
  credit: string | null
}

export interface HistoryRow {
  noun: string
  id: string
  from: string | null
  to: string
  cause: string
}

export interface Books {
  taken: Taken[]
  returned: Returned[]
  places: Place[]
  payments: PaymentRow[]
  refunds: RefundRow[]
  disputes: DisputeRow[]
  enrolments: EnrolmentRow[]
  /** Of everything that has states, oldest first. */
  history: HistoryRow[]
  /** What waits for a person: the uuid of what it is about. */
  cases: { kind: string; about: string | null; reference: string | null }[]
  /** Payments that a reconciliation has told operators of. */
  quarantined: string[]
  /** Payments about whose disputes a case holds. */
  inDispute: string[]
  /** Events in the inbox that nobody has dealt with, and jobs that have been given up. */
  leftOver: string[]
}

const queries = {
  payments: `select id, enrolment_id as enrolment, status, coalesce(captured_minor, 0)::int as captured, capture_reference
    from payment order by created_at`,
  refunds: `select id, payment_id as payment, status, amount_minor::int as amount, reference,
    keep_registration as keeps from refund`,
  // PayPal counts refunds since the dispute was opened into what it says went back.
  disputes: `select d.id, d.payment_id as payment, d.status, d.stage, greatest(0, d.lost_minor - coalesce((
    select sum(r.amount_minor) from refund r join payment p on p.id = r.payment_id and p.provider = 'PAYPAL'
    where r.payment_id = d.payment_id and r.status = 'SUCCEEDED' and r.requested_at >= d.opened_at), 0))::int as lost
    from dispute d`,
  enrolments: `select e.id, e.status, e.stuck_reason as stuck, e.payment_id as payment, l.subject as learner, r.partner_uuid as run,
    e.registration_uuid as registration, e.registration_end_seen_at is not null as ended, r.cancelled,
    c.status as credit from enrolment e
    join learner l on l.id = e.learner_id join course_run r on r.id = e.run_id
    left join credit_record c on c.enrolment_id = e.id`,
  history: `select subject_kind as noun, subject_id as id, "from", "to", cause from history_entry order by history_entry.id`,
  cases: `select kind, subject_id as about, provider_reference as reference from operator_case where status <> 'CLOSED'`,
  quarantined: `select subject_id as id from correction where outcome = 'QUARANTINED' and subject_kind = 'Payment'`,
  inDispute: `select d.payment_id as id from operator_case c join dispute d on d.id = c.subject_id where c.holds`,
}

export async function openBooks({ databaseUrl, environment: at }: World): Promise<Books> {
  const [stripe, payPal, partner] = [
    await ledgerOf<{ charges: Entry[]; refunds: Entry[] }>(at.STRIPE_API_BASE),
    await ledgerOf<{ captures: Entry[]; refunds: Entry[] }>(at.PAYPAL_API_BASE),
    await ledgerOf<{ enrolments: Place[] }>(at.PARTNER_BASE_URL),
  ]
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  try {
    const rows = async <Row>(query: string) => (await sql.query(query)).rows as Row[]
    return {
      taken: [...stripe.charges, ...payPal.captures].filter(tookMoney).map(asTaken),
      returned: [...stripe.refunds, ...payPal.refunds].map(asReturned),
      places: partner.enrolments,
      payments: await rows<PaymentRow>(queries.payments),
      refunds: await rows<RefundRow>(queries.refunds),
      disputes: await rows<DisputeRow>(queries.disputes),
      enrolments: await rows<EnrolmentRow>(queries.enrolments),
      history: await rows<HistoryRow>(queries.history),
      cases: await rows<Books['cases'][number]>(queries.cases),
      quarantined: (await rows<{ id: string }>(queries.quarantined)).map(({ id }) => id),
      inDispute: (await rows<{ id: string }>(queries.inDispute)).map(({ id }) => id),
      leftOver: await leftOver(sql),
    }
  } finally {
    await sql.end()
  }
}

async function ledgerOf<Ledger>(base = ''): Promise<Ledger> {
  return (await fetch(`${new URL(base).origin}/_sandbox/ledger`)).json() as Promise<Ledger>
}

async function leftOver(sql: pg.Client): Promise<string[]> {
  const events = await sql.query(`select event_id, type from payment_event where status not in ('HANDLED', 'IGNORED')`)
  const jobs = await sql.query(
    `select task_identifier, last_error from graphile_worker.jobs where attempts >= max_attempts`,
  )
  return [
    ...events.rows.map(({ event_id, type }) => `nobody dealt with ${type} ${event_id}`),
    ...jobs.rows.map(({ task_identifier, last_error }) => `${task_identifier} was given up: ${last_error}`),
  ]
}

type Entry = Record<string, string> & { amount: number; metadata: Record<string, string> }

const tookMoney = ({ status }: Entry) => !['failed', 'DECLINED', 'PENDING'].includes(status as string)

function asTaken({ id, payment_intent, amount, metadata }: Entry): Taken {
  const paymentId = metadata.paymentId ?? metadata.custom_id ?? null
  return { id: payment_intent ?? (id as string), refundable: id as string, paymentId, amount }
}

function asReturned({ id, charge, capture, amount, status }: Entry): Returned {
  return { id: id as string, takenBy: (charge ?? capture) as string, amount, status: (status as string).toUpperCase() }
}
