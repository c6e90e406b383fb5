/** What holds once everything has settled, whatever failed on the way: our books against those of the providers and the partner. */
import pg from 'pg'
import type { World } from './world.ts'

interface Taken {
  /** What we know it by, and what its refunds hang on: at Stripe an intent and its charge. */
  id: string
  refundable: string
  paymentId: string | null
  amount: number
}

interface Returned {
  id: string
  takenBy: string
  amount: number
  status: string
}

interface Registered {
  uuid: string
  external_learner_id: string
  program_run: string
  status: string
}

interface PaymentRow {
  id: string
  enrolment: string
  status: string
  captured: number
  capture_reference: string | null
}

interface RefundRow {
  id: string
  payment: string
  status: string
  amount: number
  reference: string | null
}

interface EnrolmentRow {
  id: string
  status: string
  payment: string | null
  learner: string
  run: string
  registration: string | null
}

interface Books {
  taken: Taken[]
  returned: Returned[]
  places: Registered[]
  payments: PaymentRow[]
  refunds: RefundRow[]
  enrolments: EnrolmentRow[]
  /** Events in the inbox that nobody has dealt with, and jobs that have been given up. */
  leftOver: string[]
}

interface Allowed {
  /** Enrolments that a person has to look at, because somebody definitively said no. */
  stuck?: readonly string[]
}

const queries = {
  payments: `select id, enrolment_id as enrolment, status, coalesce(captured_minor, 0)::int as captured, capture_reference
    from payment order by created_at`,
  refunds: `select id, payment_id as payment, status, amount_minor::int as amount, reference from refund`,
  enrolments: `select e.id, e.status, e.payment_id as payment, l.subject as learner, r.partner_uuid as run,
    e.registration_uuid as registration from enrolment e
    join learner l on l.id = e.learner_id join course_run r on r.id = e.run_id`,
}

/** Every rule that is broken, in words with ids; none when all is well. Ask after the jobs have come to rest. */
export async function brokenInvariants(world: World, allowed: Allowed = {}): Promise<string[]> {
  const books = await openBooks(world)
  return [
    ...atRest(books, allowed),
    ...takenAsKnown(books),
    ...returnedAsKnown(books),
    ...paidForOnce(books),
    ...registeredAsPaid(books),
    ...books.leftOver,
  ]
}

async function openBooks({ databaseUrl, environment: at }: World): Promise<Books> {
  const [stripe, payPal, partner] = [
    await ledgerOf<{ charges: Entry[]; refunds: Entry[] }>(at.STRIPE_API_BASE),
    await ledgerOf<{ captures: Entry[]; refunds: Entry[] }>(at.PAYPAL_API_BASE),
    await ledgerOf<{ enrolments: Registered[] }>(at.PARTNER_BASE_URL),
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
      enrolments: await rows<EnrolmentRow>(queries.enrolments),
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

const restless = {
  payment: ['CREATED', 'PROCESSING', 'UNKNOWN'],
  refund: ['REQUESTED', 'SUBMITTED', 'UNKNOWN'],
  enrolment: ['PAID', 'REGISTERING', 'COMPENSATING', 'REVOKING'],
}

function atRest({ payments, refunds, enrolments }: Books, { stuck = [] }: Allowed): string[] {
  const on = (noun: keyof typeof restless, rows: { id: string; status: string }[]) =>
    rows.filter(({ status }) => restless[noun].includes(status)).map(({ id, status }) => `${noun} ${id} is ${status}`)
  const stranded = enrolments.filter(({ id, status }) => status === 'STUCK' && !stuck.includes(id))
  return [
    ...[...on('payment', payments), ...on('refund', refunds), ...on('enrolment', enrolments)],
    ...stranded.map(({ id }) => `enrolment ${id} is STUCK`),
  ]
}

/** The provider's takings are ours, one for one and to the penny. */
function takenAsKnown({ taken, payments }: Books): string[] {
  const unknown = taken.filter(({ id, paymentId, amount }) => {
    const row = payments.find((payment) => payment.id === paymentId)
    return row?.capture_reference !== id || row.captured !== amount
  })
  const invented = payments.filter(
    ({ captured, capture_reference }) => captured > 0 && !taken.some(({ id }) => id === capture_reference),
  )
  const times = Map.groupBy(taken, ({ paymentId }) => paymentId)
  return [
    ...unknown.map(({ id, paymentId, amount }) => `${id} took ${amount} for payment ${paymentId}, not known so here`),
    ...invented.map(({ id }) => `payment ${id} was not taken at its provider`),
    ...[...times].filter(([, all]) => all.length > 1).map(([id, all]) => `payment ${id} was taken ${all.length} times`),
  ]
}

/** So are the refunds, and they never exceed what was taken. */
function returnedAsKnown({ taken, returned, refunds }: Books): string[] {
  const odd = returned.filter(({ id, amount, status }) => {
    const row = refunds.find(({ reference }) => reference === id)
    const same = row?.status === status || (row?.status === 'SUCCEEDED' && status === 'COMPLETED')
    return !same || row?.amount !== amount
  })
  const invented = refunds.filter(
    ({ status, reference }) => status === 'SUCCEEDED' && !returned.some(({ id }) => id === reference),
  )
  const sums = Map.groupBy(
    returned.filter(({ status }) => !voided(status)),
    ({ takenBy }) => takenBy,
  )
  const amountOf = (id: string) => taken.find(({ refundable }) => refundable === id)?.amount ?? 0
  const above = [...sums].filter(([id, all]) => sum(all) > amountOf(id))
  return [
    ...odd.map(({ id, status, amount }) => `refund ${id} of ${amount}, ${status} there, is not so here`),
    ...invented.map(({ id }) => `refund ${id} was never made at the provider`),
    ...above.map(([id, all]) => `${sum(all)} were given back of ${id}`),
  ]
}

const voided = (status: string) => status === 'FAILED' || status === 'CANCELLED' || status === 'CANCELED'
const sum = (all: { amount: number }[]) => all.reduce((total, { amount }) => total + amount, 0)

const kept = ({ refunds }: Books, { id, captured }: PaymentRow) =>
  captured - sum(refunds.filter(({ payment, status }) => payment === id && !voided(status)))

const placed = ['REGISTERED', 'COMPLETED']

/** Whoever has paid has a place or the money, and nobody has paid twice. */
function paidForOnce(books: Books): string[] {
  return books.payments.flatMap((payment) => {
    const left = kept(books, payment)
    if (left < 0) return [`payment ${payment.id} gave back ${-left} more than it took`]
    if (left === 0) return []
    const enrolment = books.enrolments.find(({ id }) => id === payment.enrolment)
    const fine = enrolment?.payment === payment.id && [...placed, 'STUCK'].includes(enrolment.status)
    const rests = `${enrolment?.status} by payment ${enrolment?.payment}`
    return fine ? [] : [`payment ${payment.id} keeps ${left} for an enrolment that is ${rests}`]
  })
}

/** Whoever has a place here has it there, once, and has paid for it. */
function registeredAsPaid(books: Books): string[] {
  const { enrolments, places, payments } = books
  const active = places.filter(({ status }) => status !== 'inactive')
  const placeOf = ({ learner, run }: EnrolmentRow) =>
    active.filter((place) => place.external_learner_id === learner && place.program_run === run)
  const holders = enrolments.filter(({ status }) => placed.includes(status))
  const free = holders.filter(({ payment }) => payments.some((one) => one.id === payment && kept(books, one) <= 0))
  const double = Map.groupBy(active, (place) => `${place.external_learner_id} on ${place.program_run}`)
  const forNothing = active.filter((place) => !holders.some(({ registration }) => registration === place.uuid))
  return [
    ...holders
      .filter((row) => placeOf(row).length !== 1)
      .map((row) => `enrolment ${row.id} is ${row.status} with ${placeOf(row).length} places at the partner`),
    ...free.map(({ id, status }) => `enrolment ${id} is ${status} although all its money went back`),
    ...[...double].filter(([, all]) => all.length > 1).map(([who, all]) => `${who} is registered ${all.length} times`),
    ...forNothing.map(({ uuid }) => `the partner has a place ${uuid} that no enrolment rests on`),
  ]
}
