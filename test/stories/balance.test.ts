/** Tests that all users agree on what is left of a payment. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Context } from '../../src/context.ts'
import { EnrolmentStatus } from '../../src/enrolments/enrolment.ts'
import { unsettled } from '../../src/enrolments/find-unsettled.ts'
import { type RefundRequest, refundRefusal } from '../../src/enrolments/refund-request.rules.ts'
import { refundabilityOf } from '../../src/enrolments/refundability.ts'
import { addRefund, refundInFull } from '../../src/payments/add-refund.ts'
import { type Balance, balanceFrom, balanceJoin, balanceOf, isBack } from '../../src/payments/balance.ts'
import type { Dispute } from '../../src/payments/dispute.ts'
import type { PaymentRow } from '../../src/payments/loaders.ts'
import { lockPayment } from '../../src/payments/paying.ts'
import type { Refund } from '../../src/payments/refund.ts'
import { contractualWindow } from '../../src/payments/refund-window.rules.ts'
import { PaymentResolver } from '../../src/payments/resolver.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { disputeParts, refundParts } from '../support/money/money-parts.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

/** Of few sizes, so that often nothing is left to the penny. */
const sized = (least: number, most: number) => fc.integer({ min: least, max: most }).map((times) => times * 5_000)
const amountMinor = sized(1, 4)
/** Some a trifle less than a round sum. */
const lostMinor = fc.tuple(sized(1, 10), fc.constantFrom(0, 0, 100, 1_000)).map(([round, less]) => round - less)
const money = fc.record({
  capturedMinor: fc.option(sized(0, 10), { freq: 8 }),
  refunds: refundParts(amountMinor, 6),
  disputes: disputeParts(lostMinor, 3),
  enrolment: fc.constantFrom(...Object.values(EnrolmentStatus)),
  paysForIt: fc.boolean(),
})
type MoneyFacts = typeof money extends fc.Arbitrary<infer Facts> ? Facts : never
/** Many in one go: each round trip to PostgreSQL is for all of them. */
const payments = fc.array(money, { minLength: 1, maxLength: 30, size: 'max' })

it('the statement that joins the balance says what the function says', async () => {
  await fc.assert(
    fc.asyncProperty(payments, async (all) => {
      const ids = await recorded(all)
      const { rows } = await desk.sql.query(
        `select balance.* from payment p ${balanceJoin} where p.id = any($1::uuid[])
         order by array_position($1::uuid[], p.id)`,
        [ids],
      )
      expect(rows.map(inNumbers)).toEqual(all.map(balanceIn))
    }),
    { numRuns: 20 },
  )
})

it('the reconciliation finds unsettled exactly the money that is left, or that nothing brings back any more', async () => {
  await fc.assert(
    fc.asyncProperty(payments, async (all) => {
      const ids = await recorded(all)
      // Enrolments of now are young; what moved is given time.
      const inAnHour = new Date(Date.now() + 3_600_000)
      const { found } = await unsettled(desk.context.em.fork({ clear: true }), inAnHour, null)
      const expected = all.map((facts, index) => (isUnsettled(facts) ? ids[index] : null))
      const foundIds = new Set(found.map(({ paymentId }) => paymentId))
      expect(ids.map((id) => (foundIds.has(id) ? id : null))).toEqual(expected)
    }),
    { numRuns: 20 },
  )
})

function isUnsettled({ enrolment: status, paysForIt, ...facts }: MoneyFacts): boolean {
  const { capturedMinor, onItsWayMinor, leftMinor } = balanceIn(facts)
  if (capturedMinor === 0 || status === 'STUCK') return false
  if (paysForIt && (status === 'PAID' || status === 'REGISTERING')) return true
  if (paysForIt && ['REGISTERED', 'COMPLETED', 'WITHDRAWN'].includes(status)) return false
  if (paysForIt && (status === 'REVOKING' || status === 'COMPENSATING')) return onItsWayMinor === 0
  return leftMinor > 0
}

it('what is left is read the same under the lock, and can be refunded to the penny but not a penny more', async () => {
  const sample = fc.sample(money, 25)
  const ids = await recorded(sample)
  const wish = { origin: 'OPERATOR', reason: null, keepRegistration: true, requestedBy: null, now: new Date() } as const
  for (const [index, facts] of sample.entries()) {
    const expected = balanceIn(facts)
    await inTransaction(desk.context.em, async (tx) => {
      const payment = await lockPayment(tx, ids[index] as string)
      expect(await balanceOf(tx, payment)).toEqual(expected)
      const tooMuch = addRefund(tx, payment, { ...wish, amountMinor: expected.leftMinor + 1 })
      await expect(tooMuch).rejects.toMatchObject({ name: 'RefundExceeds', maximumMinor: expected.leftMinor })
      const whole = await refundInFull(tx, payment, { reason: 'NOT_SETTLED', keepRegistration: true, now: new Date() })
      expect(whole?.amountMinor ?? 0).toBe(expected.leftMinor)
    })
  }
})

const run = { startsAt: new Date('2026-10-19T08:00:00Z'), timeZone: 'Europe/London', currency: 'GBP' }
const registered = {
  status: 'REGISTERED',
  stuckReason: null,
  registrationEndedAt: null,
  refundUntil: null,
  refundBasis: null,
}
const now = new Date('2026-10-20T12:00:00Z')

it('what is left is what a learner is offered, and the most that an operator may give back', () => {
  fc.assert(
    fc.property(money, (facts) => {
      const balance = balanceIn(facts)
      const payment = {
        status: 'SUCCEEDED',
        currency: 'GBP',
        capturedCurrency: 'GBP',
        ...facts,
      } as unknown as PaymentRow
      const refunds = facts.refunds as Refund[]
      const shown = refundabilityOf(
        registered as never,
        run as never,
        { payment, refunds, disputes: facts.disputes as Dispute[] },
        now,
      )
      expect(shown.maximum.amountMinor).toBe(balance.leftMinor)
      expect(shown.refundable).toBe(
        balance.capturedMinor > 0 &&
          !isBack(balance) &&
          balance.onItsWayMinor === 0 &&
          balance.refundable !== 'NOTHING',
      )
      const no = refundRefusal({ ...operatorsWish, balance, amountMinor: balance.leftMinor + 1 })
      if (balance.capturedMinor > 0 && balance.refundable !== 'NOTHING') {
        expect(no).toMatchObject({ maximum: { amountMinor: balance.leftMinor, currency: 'GBP' } })
      }
    }),
  )
})

const operatorsWish: RefundRequest = {
  byOperator: true,
  reason: 'The tutor fell ill.',
  amountMinor: null,
  expressible: true,
  keepRegistration: false,
  enrolmentStatus: 'REGISTERED',
  paymentStatus: 'SUCCEEDED',
  balance: null,
  currency: run.currency,
  window: contractualWindow(run.startsAt, run.timeZone),
  bounced: false,
  moved: false,
  timeZone: run.timeZone,
  now,
}

it('what is shown as refunded is what is back, without what disputes took', () => {
  fc.assert(
    fc.property(money, (facts) => {
      const row = { currency: 'GBP', capturedCurrency: null, refunds: facts.refunds } as unknown as PaymentRow
      const { backMinor } = balanceFrom({ capturedMinor: 1_000_000 }, facts.refunds, [])
      const shown = new PaymentResolver().refunded(row, {} as Context)
      expect(shown).toEqual({ amountMinor: backMinor, currency: 'GBP' })
    }),
  )
})

const balanceIn = (facts: Pick<MoneyFacts, 'capturedMinor' | 'refunds' | 'disputes'>): Balance =>
  balanceFrom(facts, facts.refunds, facts.disputes)

/** Each a payment of its own for an enrolment of its own, as rows: answers the payments' ids. */
async function recorded(all: readonly MoneyFacts[]): Promise<string[]> {
  const rows = all.map((facts) => ({ ...facts, id: randomUUID() }))
  const insert = (into: string, select: string) =>
    desk.sql.query(`insert into ${into} select ${select}`, [JSON.stringify(rows)])
  const each = 'from jsonb_to_recordset($1) one (id uuid, "capturedMinor" int, enrolment text, "paysForIt" boolean)'
  const ofEach = (parts: string, facts: string) => `from jsonb_to_recordset($1) one (id uuid, ${parts} jsonb)
    cross join jsonb_to_recordset(one.${parts}) part (status text, ${facts})`
  await insert(
    'course_run (id, course_id, partner_uuid, code, time_zone, registration_url, fetched_at)',
    `id, (select id from course limit 1), id::text, id::text, 'Europe/London', 'https://x.example', now() ${each}`,
  )
  await insert(
    'enrolment (id, learner_id, run_id, status, stuck_reason, hold_expires_at, created_at, updated_at)',
    `id, (select id from learner limit 1), id, enrolment, case enrolment when 'STUCK' then 'COMPENSATION_FAILED' end, now(), now(), now() ${each}`,
  )
  await insert(
    `payment (id, enrolment_id, provider, method, status, amount_minor, currency, return_url, open_key, captured_minor,
       captured_currency, captured_at, created_at, updated_at)`,
    `id, id, 'STRIPE', 'CARD', 'SUCCEEDED', 60000, 'GBP', 'https://x.example', id::text, "capturedMinor",
       'GBP', now() - interval '1 day', now(), now() ${each}`,
  )
  await desk.sql.query('update enrolment set payment_id = id where id = any($1::uuid[])', [
    rows.filter(({ paysForIt }) => paysForIt).map(({ id }) => id),
  ])
  await insert(
    `refund (id, wish_id, payment_id, amount_minor, currency, status, origin, call_key, requested_at, asked_at, updated_at,
       outside_method, outside_reference, outside_settled_on, outside_reason)`,
    `gen_random_uuid(), gen_random_uuid(), one.id, "amountMinor", 'GBP', status, 'OPERATOR', gen_random_uuid()::text,
       "requestedAt", now(), now(), outside.text, outside.text, outside.day, outside.text
     ${ofEach('refunds', '"amountMinor" int, "requestedAt" timestamptz')}
     left join (values ('bank transfer', current_date)) outside (text, day) on status = 'SETTLED_OUTSIDE'`,
  )
  await insert(
    `dispute (id, payment_id, reference, amount_minor, currency, status, stage, reason, refundable, lost_minor,
       counts_refunds, opened_at, closed_at, looked_at)`,
    `gen_random_uuid(), one.id, gen_random_uuid()::text, "lostMinor", 'GBP', status, stage, 'OTHER', refundable,
       "lostMinor", "countsRefunds", "openedAt", case when status not in ('OPEN', 'UNDER_REVIEW') then now() end, now()
     ${ofEach('disputes', 'stage text, refundable text, "lostMinor" int, "countsRefunds" bool, "openedAt" timestamptz')}`,
  )
  return rows.map(({ id }) => id)
}

/** The driver reads what is longer than an int as text. */
const inNumbers = (row: Record<string, unknown>): Balance => ({
  capturedMinor: Number(row.captured_minor),
  backMinor: Number(row.back_minor),
  onItsWayMinor: Number(row.on_its_way_minor),
  leftMinor: Number(row.left_minor),
  contested: row.contested as boolean,
  openDispute: row.open_dispute as Balance['openDispute'],
  refundable: row.refundable as Balance['refundable'],
})
