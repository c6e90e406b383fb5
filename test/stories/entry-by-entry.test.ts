/** Tests that an unreadable entry is quarantined and takes nothing else with it. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { PaymentEvent } from '../../src/payments/payment-event.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { Correction } from '../../src/payments/reconciliation/reconciliation.ts'
import { submitRefund } from '../../src/payments/submit-refund.ts'
import { ListMark } from '../../src/store/list-mark.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

const HOUR_MS = 3_600_000

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  for (const sandbox of [desk.stripe, desk.paypal]) await sandbox('webhooks', { mode: 'drop' })
  await desk.settle()
  await reconcile(desk.context, { apply: true })
})

const em = () => desk.context.em.fork({ clear: true })

async function pass(apply = true): Promise<Correction[]> {
  const { id } = await reconcile(desk.context, { apply })
  return em().find(Correction, { reconciliationId: id }, { orderBy: { id: 'asc' } })
}

/** Paid so long ago that only news of it has it looked at. */
async function paidLongAgo(method: 'CARD' | 'PAYPAL'): Promise<string> {
  const id = await desk.open(method)
  await desk.pay(id)
  await pass()
  desk.travel(2 * HOUR_MS)
  await pass()
  return id
}

it('C2: events of other products and without a resource are IGNORED, and the list is read to its end', async () => {
  await desk.paypal('webhooks', { mode: 'deliver' })
  const resource = { id: '1AB23456CD789012E', amount: { total: '10.00', currency: 'GBP' }, parent_payment: 'PAYID-1' }
  const others = [
    { event_type: 'PAYMENT.SALE.COMPLETED', resource_type: 'sale', resource_version: '1.0', resource },
    { event_type: 'PAYMENT.SALE.COMPLETED' },
  ]
  const sent = (await Promise.all(others.map((one) => desk.paypal('events', one)))) as unknown as { id: string }[]
  await desk.settle()
  const eventId = { $in: sent.map(({ id }) => id) }
  expect((await em().find(PaymentEvent, { eventId })).map(({ status }) => status)).toEqual(['IGNORED', 'IGNORED'])
  const list = { source: 'PAYPAL', list: 'events' }
  const before = (await em().findOneOrFail(ListMark, list)).readUntil?.getTime() as number
  desk.travel(60_000)
  expect(await pass()).toEqual([])
  const after = await em().findOneOrFail(ListMark, list)
  expect(after.problem).toBeNull()
  expect(after.readUntil?.getTime()).toBeGreaterThan(before)
})

it('C3: an event that cannot be read is QUARANTINED once, and the refund listed after it is found', async () => {
  const id = await paidLongAgo('CARD')
  const unreadable = (await desk.stripe('events', { list: 'unreadable' })) as unknown as { id: string }
  await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  const findings = await pass()
  expect(findings).toMatchObject([
    { outcome: 'QUARANTINED', providerReference: unreadable.id, note: expect.stringContaining('type: ') },
    { outcome: 'HEALED', subjectKind: 'Refund', to: 'SUCCEEDED' },
  ])
  expect(await pass()).toEqual([])
})

it('a dry run says what cannot be read, and leaves the saying of it to the pass that is applied', async () => {
  const { id } = (await desk.stripe('events', { list: 'unreadable' })) as unknown as { id: string }
  for (const apply of [false, true]) {
    expect(await pass(apply)).toContainEqual(expect.objectContaining({ providerReference: id, outcome: 'QUARANTINED' }))
  }
})

it('disputes that cannot be read take no refund with them, and are found by the next pass', async () => {
  const id = await paidLongAgo('PAYPAL')
  const { captureReference } = await desk.payment(id)
  await desk.paypal(`captures/${captureReference}/refund`, { amount: '10.00' })
  await desk.paypal(`captures/${captureReference}/dispute`, { outcome: 'open' })
  await desk.paypal('refusals', { operation: 'disputes.list', issue: 'PAYEE_ACCOUNT_RESTRICTED', times: 2 })
  const findings = await pass()
  expect(findings).toContainEqual(
    expect.objectContaining({ outcome: 'HEALED', subjectKind: 'Refund', to: 'SUCCEEDED' }),
  )
  const beside = { subjectId: id, providerReference: captureReference, note: expect.stringContaining('disputes') }
  expect(findings).toContainEqual(expect.objectContaining({ ...beside, outcome: 'QUARANTINED' }))
  expect((await desk.refunds(id)).map(({ amountMinor }) => amountMinor)).toEqual([1_000])
  expect(await pass()).toMatchObject([{ subjectKind: 'Dispute', to: 'OPEN', outcome: 'HEALED' }])
})

it('a dispute event whose disputes cannot be asked for now is followed until they can', async () => {
  const id = await paidLongAgo('CARD')
  await desk.stripe('faults', { operation: 'disputes.list', fault: 'http_429', times: 3 })
  await desk.stripe('webhooks', { mode: 'deliver' })
  await desk.stripe(`charges/${await desk.chargeOf(id)}/dispute`, { outcome: 'open' })
  await desk.settle()
  expect((await desk.disputes(id)).map(({ status }) => status)).toEqual(['OPEN'])
})

it('a dispute that says nothing of its amount is about all that was captured', async () => {
  const id = await paidLongAgo('PAYPAL')
  const { captureReference } = await desk.payment(id)
  await desk.paypal(`captures/${captureReference}/dispute`, { outcome: 'open', without_amount: true })
  expect(await pass()).toMatchObject([{ subjectKind: 'Dispute', from: 'absent', to: 'OPEN', outcome: 'HEALED' }])
  expect(await desk.disputes(id)).toMatchObject([{ amountMinor: 19_900, currency: 'GBP' }])
})

it('a refused refund is not taken for failed while an unreadable one may be it', async () => {
  const id = await paidLongAgo('PAYPAL')
  const { PAYPAL: provider } = desk.context.providers
  const { look } = provider
  const unread = { part: 'refunds', reference: '9XY', problem: 'amount: expected object', failure: null } as const
  provider.look = async (reference) => {
    const seen = await look(reference)
    return seen && { ...seen, unread: [unread] }
  }
  try {
    await desk.paypal('refusals', { operation: 'captures.refund', issue: 'REFUND_NOT_ALLOWED' })
    const refund = await desk.refund(id, 19_900)
    await expect(submitRefund(desk.context, refund.id)).rejects.toThrow('9XY that cannot be read')
    expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['UNKNOWN'])
  } finally {
    provider.look = look
  }
})
