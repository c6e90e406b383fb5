/** Tests that reconciliation corrects what webhooks missed, or only reports it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { Correction, Reconciliation } from '../../src/payments/reconciliation/reconciliation.ts'
import { submitRefund } from '../../src/payments/submit-refund.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

const DAY_MS = 24 * 3_600_000

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.settle()
  await reconcile(desk.context, { apply: true })
  desk.shop.told.length = 0
  desk.shop.answers.unsettled = []
  await desk.stripe('webhooks', { mode: 'drop' })
  await desk.paypal('webhooks', { mode: 'drop' })
})

async function pass(apply: boolean) {
  const { id } = await reconcile(desk.context, { apply })
  const em = desk.context.em.fork({ clear: true })
  const row = await em.findOneOrFail(Reconciliation, id)
  const corrections = await em.find(Correction, { reconciliationId: id }, { orderBy: { id: 'asc' } })
  return {
    row,
    corrections,
    outcomes: corrections.map(({ subjectKind, from, to, outcome }) => ({ subjectKind, from, to, outcome })),
  }
}

/** Payments are looked at side by side: what is found of one comes in between another's. */
const sorted = (found: readonly object[]) => found.map((one) => JSON.stringify(one)).toSorted()

/** Everything that is kept about money, to compare before and after. */
async function books(): Promise<unknown> {
  const tables = ['payment', 'refund', 'dispute', 'payment_event', 'history_entry', 'graphile_worker._private_jobs']
  const read = tables.map(async (table) => (await desk.sql.query(`select * from ${table} order by id`)).rows)
  return Promise.all(read)
}

/** Bought, refunded in part in the dashboard and disputed, while nobody heard of any of it. */
async function happenUnheard() {
  const card = await desk.open('CARD')
  await desk.pay(card)
  const paypal = await desk.open('PAYPAL')
  await desk.pay(paypal)
  await desk.stripe(`charges/${await desk.chargeOf(card)}/refund`, { amount: 5_000 })
  await desk.stripe(`charges/${await desk.chargeOf(card)}/dispute`, { outcome: 'open' })
  return { card, paypal }
}

describe('with all webhooks dropped', () => {
  it('one pass puts everything right, says what it did, and the next finds nothing', async () => {
    const { card, paypal } = await happenUnheard()
    const { row, outcomes, corrections } = await pass(true)
    const found = [
      { subjectKind: 'Payment', from: 'REQUIRES_ACTION', to: 'SUCCEEDED', outcome: 'HEALED' },
      { subjectKind: 'Refund', from: 'absent', to: 'SUCCEEDED', outcome: 'HEALED' },
      { subjectKind: 'Dispute', from: 'absent', to: 'OPEN', outcome: 'HEALED' },
      { subjectKind: 'Payment', from: 'REQUIRES_ACTION', to: 'SUCCEEDED', outcome: 'HEALED' },
    ]
    expect(sorted(outcomes)).toEqual(sorted(found))
    for (const { providerReference, note } of corrections) {
      expect(providerReference).toEqual(expect.any(String))
      expect(note).toMatch(/\.$/)
    }
    expect(row).toMatchObject({ dryRun: false, finishedAt: expect.any(Date) })
    expect(row.examined).toBeGreaterThan(3)
    expect((await desk.payment(card)).status).toBe('SUCCEEDED')
    expect((await desk.payment(paypal)).status).toBe('SUCCEEDED')
    expect(await desk.capturesOf(paypal)).toBe(1)
    expect(desk.shop.heard().toSorted()).toEqual(['disputed', 'paid', 'paid', 'refundStarted', 'refunded'])
    await desk.settle()
    expect((await pass(true)).corrections).toEqual([])
  })

  it('a dry run reports the same and writes nothing but its report', async () => {
    await happenUnheard()
    const before = await books()
    const { row, outcomes } = await pass(false)
    expect(await books()).toEqual(before)
    expect(row.dryRun).toBe(true)
    const found = [
      { subjectKind: 'Payment', from: 'REQUIRES_ACTION', to: 'SUCCEEDED', outcome: 'SKIPPED' },
      { subjectKind: 'Refund', from: 'absent', to: 'SUCCEEDED', outcome: 'SKIPPED' },
      { subjectKind: 'Dispute', from: 'absent', to: 'OPEN', outcome: 'SKIPPED' },
      { subjectKind: 'Payment', from: 'REQUIRES_ACTION', to: 'PROCESSING', outcome: 'SKIPPED' },
    ]
    expect(sorted(outcomes)).toEqual(sorted(found))
    expect((await pass(true)).outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'HEALED'))
  })

  it('a refund that bounced days later is found', async () => {
    const id = await desk.open('CARD')
    await desk.pay(id, 'refund_fails')
    await pass(true)
    await desk.refund(id, 19_900)
    await desk.settle()
    desk.travel(5_000)
    await desk.until(async () => (await desk.refundedAtProvider(id)).length === 0)
    expect((await pass(true)).outcomes).toEqual([
      { subjectKind: 'Refund', from: 'SUCCEEDED', to: 'FAILED', outcome: 'HEALED' },
    ])
    expect(desk.shop.heard()).toEqual(['paid', 'refunded', 'refundFailed'])
  })

  it('a capture whose answer was lost, and whose job with it, is heard of', async () => {
    const id = await desk.open('PAYPAL')
    await desk.pay(id)
    await desk.paypal('faults', { operation: 'orders.capture', fault: 'timeout_after' })
    const lost = await pass(true)
    expect(lost.corrections).toMatchObject([{ outcome: 'DEFERRED', subjectId: id }])
    expect((await desk.payment(id)).status).toBe('UNKNOWN')
    await desk.sql.query('delete from graphile_worker._private_jobs')
    expect((await pass(true)).outcomes).toEqual([
      { subjectKind: 'Payment', from: 'UNKNOWN', to: 'SUCCEEDED', outcome: 'HEALED' },
    ])
    expect(await desk.capturesOf(id)).toBe(1)
  })
})

it('a refund whose job is lost is submitted', async () => {
  const id = await desk.open('CARD')
  await desk.pay(id)
  await pass(true)
  await desk.refund(id, 3_000)
  await desk.sql.query('delete from graphile_worker._private_jobs')
  desk.travel(2 * 60_000)
  expect((await pass(true)).outcomes).toEqual([
    { subjectKind: 'Refund', from: 'REQUESTED', to: 'SUCCEEDED', outcome: 'HEALED' },
  ])
  expect(await desk.refundedAtProvider(id)).toEqual([3_000])
})

it('a refund that was refused for now is not hurried', async () => {
  const id = await desk.open('PAYPAL')
  await desk.pay(id)
  await pass(true)
  await desk.paypal('refusals', { operation: 'captures.refund', issue: 'REFUND_FAILED_INSUFFICIENT_FUNDS' })
  await submitRefund(desk.context, (await desk.refund(id, 19_900)).id)
  desk.travel(30 * 60_000)
  await pass(true)
  expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['FAILED', 'REQUESTED'])
  desk.travel(31 * 60_000)
  await pass(true)
  expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED'])
})

it('a page that nobody paid on is found closed once its time is over', async () => {
  const id = await desk.open('CARD')
  desk.travel(3 * 60 * 60_000)
  expect((await pass(true)).outcomes).toEqual([
    { subjectKind: 'Payment', from: 'REQUIRES_ACTION', to: 'EXPIRED', outcome: 'HEALED' },
  ])
  expect(await desk.history(id)).toEqual(['CREATED', 'REQUIRES_ACTION', 'EXPIRED'])
})

it('what cannot be asked now is DEFERRED, and healed by the next pass', async () => {
  const id = await desk.open('CARD')
  await desk.pay(id)
  await desk.stripe('faults', { operation: 'events.list', fault: 'http_429' })
  expect((await pass(true)).corrections).toMatchObject([
    { outcome: 'DEFERRED', note: expect.stringContaining('STRIPE') },
  ])
  expect((await desk.payment(id)).status).toBe('REQUIRES_ACTION')
  expect((await pass(true)).outcomes).toContainEqual(expect.objectContaining({ to: 'SUCCEEDED', outcome: 'HEALED' }))
})

it('money that carries our id but is not in these books is QUARANTINED, once', async () => {
  const id = await desk.open('CARD')
  await desk.pay(id)
  await desk.sql.query('delete from graphile_worker._private_jobs')
  await desk.sql.query('delete from payment where id = $1', [id])
  desk.travel(61_000)
  const { corrections } = await pass(true)
  expect(corrections.length).toBeGreaterThan(0)
  for (const one of corrections) {
    expect(one).toMatchObject({ outcome: 'QUARANTINED', subjectId: null, note: expect.stringContaining(id) })
  }
  expect((await pass(true)).corrections).toEqual([])
})

it('a payment that its provider does not know any more is QUARANTINED, and the pass goes on', async () => {
  const broken = await desk.open('CARD')
  const fine = await desk.open('CARD')
  for (const id of [broken, fine]) await desk.pay(id)
  await desk.sql.query(`update payment set reference = 'cs_of_nobody', captured_at = now() where id = $1`, [broken])
  const { corrections } = await pass(true)
  expect(corrections).toContainEqual(expect.objectContaining({ subjectId: broken, outcome: 'QUARANTINED' }))
  expect(corrections).toContainEqual(expect.objectContaining({ subjectId: fine, outcome: 'HEALED' }))
  await desk.sql.query(`update payment set status = 'FAILED', captured_at = null where id = $1`, [broken])
})

it('passes take turns: the next begins when the one that runs has ended', async () => {
  const passes = await Promise.all([1, 2, 3].map(() => reconcile(desk.context, { apply: true })))
  const [first, second, third] = passes.toSorted((one, other) => Number(one.startedAt) - Number(other.startedAt))
  expect(Number(second?.startedAt)).toBeGreaterThanOrEqual(Number(first?.finishedAt))
  expect(Number(third?.startedAt)).toBeGreaterThanOrEqual(Number(second?.finishedAt))
})

it('asks upstreams about eight payments at a time', async () => {
  for (let count = 0; count < 10; count += 1) await desk.open('CARD')
  desk.travel(6 * 60_000)
  const stripe = desk.context.providers.STRIPE
  const { look } = stripe
  const inFlight = { now: 0, most: 0 }
  stripe.look = async (reference) => {
    inFlight.now += 1
    inFlight.most = Math.max(inFlight.most, inFlight.now)
    return look.call(stripe, reference).finally(() => {
      inFlight.now -= 1
    })
  }
  await pass(true)
  stripe.look = look
  expect(inFlight.most).toBe(8)
})

describe('captured payments', () => {
  const lookAgainAt = async (id: string) => (await desk.payment(id)).lookAgainAt?.getTime()

  async function captured(): Promise<string> {
    const id = await desk.open('CARD')
    await desk.pay(id)
    await pass(true)
    return id
  }

  it('are asked about again after a week although nothing told of them', async () => {
    const id = await captured()
    const capturedAt = Number((await desk.payment(id)).capturedAt)
    expect(await lookAgainAt(id)).toBe(capturedAt + 7 * DAY_MS)
    await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`, { amount: 5_000 })
    // The lists are known until after that, as if they had passed it over.
    await desk.sql.query('update list_mark set read_until = $1', [new Date(capturedAt + 6 * DAY_MS)])
    desk.travel(6 * DAY_MS)
    await pass(true)
    expect(await desk.refunds(id)).toEqual([])
    desk.travel(DAY_MS)
    const { row, outcomes } = await pass(true)
    expect(outcomes).toEqual([{ subjectKind: 'Refund', from: 'absent', to: 'SUCCEEDED', outcome: 'HEALED' }])
    expect(await lookAgainAt(id)).toBe(row.startedAt.getTime() + 7 * DAY_MS)
  })

  it('stay in turn after a dry run, and when they could not be asked about', async () => {
    const id = await captured()
    const due = await lookAgainAt(id)
    desk.travel(8 * DAY_MS)
    await pass(false)
    expect(await lookAgainAt(id)).toBe(due)
    await desk.stripe('faults', { operation: 'checkout.sessions.retrieve', fault: 'http_429', times: 20 })
    expect((await pass(true)).corrections).toContainEqual(
      expect.objectContaining({ subjectId: id, outcome: 'DEFERRED' }),
    )
    expect(await lookAgainAt(id)).toBe(due)
  })
})

describe('money that came and led nowhere', () => {
  it.each([
    { taken: true, outcome: 'HEALED' },
    { taken: false, outcome: 'QUARANTINED' },
  ])('is $outcome when it can be taken up: $taken', async ({ taken, outcome }) => {
    const id = await desk.open('CARD')
    desk.shop.answers.unsettled = [{ paymentId: id, status: 'PAID' }]
    desk.shop.thing.takeUp = async () => taken
    expect((await pass(false)).corrections).toMatchObject([{ subjectId: id, outcome: 'SKIPPED', from: 'PAID' }])
    expect((await pass(true)).corrections).toMatchObject([{ subjectId: id, outcome, from: 'PAID', to: 'PAID' }])
  })
})
