/** Tests that a list's mark moves at its end only, losing no entry. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { ListPage, ProviderList } from '../../src/payments/payment-provider.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { Correction, type Reconciliation } from '../../src/payments/reconciliation/reconciliation.ts'
import { ListMark } from '../../src/store/list-mark.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.stripe('webhooks', { mode: 'drop' })
  await desk.paypal('webhooks', { mode: 'drop' })
  await desk.settle()
  await reconcile(desk.context, { apply: true })
})

const events = { source: 'STRIPE', list: 'events' }
const markOf = (list: object) => desk.context.em.fork({ clear: true }).findOneOrFail(ListMark, list)
const correctionsOf = ({ id }: Reconciliation) =>
  desk.context.em.fork({ clear: true }).find(Correction, { reconciliationId: id }, { orderBy: { id: 'asc' } })
const pass = (apply = true) => reconcile(desk.context, { apply })

/** Has the provider's first list come one entry a page, and the pass end as if killed once so many were taken. */
async function killedAfterPage(provider: 'STRIPE' | 'PAYPAL', pages: number, work: () => Promise<unknown>) {
  const list = desk.context.providers[provider].lists[0] as ProviderList
  const { pagesSince } = list
  list.pagesSince = (since) => cutShort(pagesSince(since), pages)
  try {
    await expect(work()).rejects.toThrow('killed')
  } finally {
    list.pagesSince = pagesSince
  }
}

async function* cutShort(whole: AsyncIterable<ListPage>, pages: number): AsyncIterable<ListPage> {
  let left = pages
  for await (const page of whole) {
    for (const entry of page.entries) {
      if (left === 0) throw new Error('killed')
      left -= 1
      yield { entries: [entry], unread: [] }
    }
  }
  throw new Error('killed')
}

it('killed after each page, nothing is missed: the next pass finds what was further on', async () => {
  const ids = [await desk.paid('CARD'), await desk.paid('CARD'), await desk.paid('CARD')]
  await pass()
  desk.travel(2 * HOUR_MS)
  for (const id of ids) await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  const { readUntil } = await markOf(events)
  for (let pages = 0; pages < 4; pages += 1) {
    await killedAfterPage('STRIPE', pages, pass)
    expect((await markOf(events)).readUntil).toEqual(readUntil)
  }
  await desk.settle()
  await pass()
  for (const id of ids) expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['SUCCEEDED'])
  expect((await markOf(events)).readUntil?.getTime()).toBeGreaterThan(readUntil?.getTime() as number)
})

it('what a page had is kept with its job, should the pass end there', async () => {
  const id = await desk.paid('CARD')
  await pass()
  desk.travel(2 * HOUR_MS)
  await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  await killedAfterPage('STRIPE', 1, pass)
  await desk.settle()
  expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['SUCCEEDED'])
})

it('C1: five passes without the list are DEFERRED and leave its mark; one healthy pass finds all of it', async () => {
  const id = await desk.paid('CARD')
  await pass()
  desk.travel(2 * HOUR_MS)
  await pass()
  const before = await markOf(events)
  await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  for (let tries = 0; tries < 5; tries += 1) {
    await desk.stripe('faults', { operation: 'events.list', fault: 'malformed' })
    expect(await correctionsOf(await pass())).toMatchObject([
      { outcome: 'DEFERRED', note: expect.stringContaining('STRIPE did not list its events') },
    ])
    const mark = await markOf(events)
    expect(mark).toMatchObject({ readUntil: before.readUntil, succeededAt: before.succeededAt })
    expect(mark.problem).toContain('malformed')
    desk.travel(15 * 60_000)
  }
  const failingSince = (await markOf(events)).failingSince as Date
  expect(desk.context.now().getTime() - failingSince.getTime()).toBeGreaterThanOrEqual(HOUR_MS)
  expect(await correctionsOf(await pass())).toMatchObject([{ outcome: 'HEALED', to: 'SUCCEEDED' }])
  expect((await desk.refunds(id)).map(({ amountMinor }) => amountMinor)).toEqual([19_900])
  expect(await markOf(events)).toMatchObject({ problem: null, failingSince: null })
})

it('a list that cannot be read stops no other and moves no other’s mark back', async () => {
  const payPalEvents = { source: 'PAYPAL', list: 'events' }
  const { readUntil } = await markOf(payPalEvents)
  const id = await desk.open('PAYPAL')
  await desk.pay(id)
  desk.travel(1_000)
  await desk.stripe('faults', { operation: 'events.list', fault: 'http_429' })
  await pass()
  expect((await desk.payment(id)).status).toBe('SUCCEEDED')
  expect((await markOf(payPalEvents)).readUntil?.getTime()).toBeGreaterThan(readUntil?.getTime() as number)
})

it('an entry that its provider lists an hour late is found', async () => {
  const id = await desk.paid('CARD')
  await pass()
  desk.travel(2 * HOUR_MS)
  await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  desk.travel(59 * 60_000)
  // As if a reading had come to its end before the refund's events were listed.
  await desk.sql.query('update list_mark set read_until = $1', [desk.context.now()])
  await pass()
  expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['SUCCEEDED'])
})

it('a dry run moves no mark', async () => {
  const before = await desk.sql.query('select * from list_mark order by source, list')
  desk.travel(60_000)
  await pass(false)
  expect((await desk.sql.query('select * from list_mark order by source, list')).rows).toEqual(before.rows)
})

it('PayPal’s disputes are read from a list of their own, although no event of them is listed', async () => {
  const id = await desk.open('PAYPAL')
  await desk.pay(id)
  await pass()
  desk.travel(2 * HOUR_MS)
  await pass()
  const { captureReference } = await desk.payment(id)
  await desk.paypal(`captures/${captureReference}/dispute`, { outcome: 'open' })
  const list = desk.context.providers.PAYPAL.lists.find(({ name }) => name === 'events') as ProviderList
  const { pagesSince } = list
  list.pagesSince = async function* () {}
  try {
    expect(await correctionsOf(await pass())).toMatchObject([{ subjectKind: 'Dispute', to: 'OPEN', outcome: 'HEALED' }])
  } finally {
    list.pagesSince = pagesSince
  }
})

it('after a mark older than providers keep events, every payment since is looked at before it moves', async () => {
  const id = await desk.paid('CARD')
  await pass()
  const charge = await desk.chargeOf(id)
  await desk.stripe(`charges/${charge}/refund`, { amount: 1_000 })
  desk.travel(31 * DAY_MS)
  // It is the gap alone that has it looked at.
  await desk.sql.query('update payment set look_again_at = null')
  await desk.stripe('faults', { operation: 'refunds.list', fault: 'http_429' })
  const { readUntil } = await markOf(events)
  expect(await correctionsOf(await pass())).toMatchObject([{ subjectId: id, outcome: 'DEFERRED' }])
  expect(await markOf(events)).toMatchObject({ readUntil, problem: expect.stringContaining('Not every payment') })
  expect(await correctionsOf(await pass())).toMatchObject([{ subjectKind: 'Refund', outcome: 'HEALED' }])
  expect((await markOf(events)).readUntil?.getTime()).toBeGreaterThan(readUntil?.getTime() as number)
})
