/** Tests that every sold currency is charged and refunded to the minor unit. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { enrol, enrolmentOf, linked, newRun, registered, requestRefund, retryPayment } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'ximena')
})
afterAll(() => world?.close())

interface Entry {
  id: string
  amount: number
  currency: string
  charge?: string
  capture?: string
  metadata: Record<string, string>
}

/** What the provider itself took for the payment, and gave back of it: currency and minor units. */
async function ledgerOf(method: string, paymentId: string) {
  const base = world.environment[method === 'CARD' ? 'STRIPE_API_BASE' : 'PAYPAL_API_BASE'] as string
  const ledger = await fetch(`${new URL(base).origin}/_sandbox/ledger`)
  const { charges, captures, refunds } = (await ledger.json()) as Record<string, Entry[]>
  const uuid = Buffer.from(paymentId, 'base64url').toString().split(':')[1]
  const taken = (charges ?? captures ?? []).filter(({ metadata }) =>
    [metadata.paymentId, metadata.custom_id].includes(uuid),
  )
  const returned = (refunds ?? []).filter(({ charge, capture }) => taken.some(({ id }) => id === (charge ?? capture)))
  const money = ({ amount, currency }: Entry) => `${currency.toUpperCase()} ${amount}`
  return { taken: taken.map(money), returned: returned.map(money) }
}

describe.each([
  // The price, a part of it, and what is left, in minor units: sums that floats get wrong among them.
  { currency: 'GBP', price: 1_999, part: 1_998, methods: ['CARD', 'PAYPAL'] },
  { currency: 'EUR', price: 110_010, part: 33_003, methods: ['CARD', 'PAYPAL'] },
  { currency: 'USD', price: 33_333, part: 1, methods: ['CARD', 'PAYPAL'] },
  { currency: 'JPY', price: 98_765, part: 12_345, methods: ['CARD', 'PAYPAL'] },
  // PayPal takes no dinars, and Stripe none of their thousandths that are not tens.
  { currency: 'KWD', price: 123_450, part: 10, methods: ['CARD'] },
])('$currency', ({ currency, price, part, methods }) => {
  it.each(methods)('by %s comes and goes back, in a part and the rest, to the minor unit', async (paymentMethod) => {
    const run = await newRun(world, { price: { minor: price, currency } })
    const { enrolmentId, paymentId } = await registered(world, persona, run.id, { paymentMethod })
    const partly = await requestRefund(world, 'operator', enrolmentId, { amountMinor: part, reason: 'A part.' })
    expect(partly.userErrors).toEqual([])
    await world.settle()
    expect(await ledgerOf(paymentMethod, paymentId)).toEqual({
      taken: [`${currency} ${price}`],
      returned: [`${currency} ${part}`],
    })
    expect((await enrolmentOf(world, persona, enrolmentId)).refundability.maximum.amountMinor).toBe(price - part)

    expect((await requestRefund(world, 'operator', enrolmentId, { reason: 'The rest.' })).userErrors).toEqual([])
    await world.settle()
    const { returned } = await ledgerOf(paymentMethod, paymentId)
    expect(returned.toSorted()).toEqual([`${currency} ${part}`, `${currency} ${price - part}`].toSorted())
    const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
    expect(status).toBe('REVOKED')
    expect(payments[0].refunds.map((one: { amount: { amountMinor: number } }) => one.amount.amountMinor)).toEqual([
      part,
      price - part,
    ])
  })
})

/** What the run says about itself. */
async function offerOf(id: string) {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on CourseRun { paymentMethods price { amountMinor currency } } } }'
  const { data, errors } = await world.ask(null, document, { id })
  expect(errors).toBeUndefined()
  return data.node
}

it('A2: a price in ariary is charged and refunded in whole ariary, not at a hundred times itself', async () => {
  const run = await newRun(world, { price: { minor: 100_000, currency: 'MGA' } })
  expect(await offerOf(run.id)).toEqual({
    paymentMethods: ['CARD'],
    price: { amountMinor: 100_000, currency: 'MGA' },
  })
  const { enrolmentId, paymentId } = await registered(world, persona, run.id)
  const half = await requestRefund(world, 'operator', enrolmentId, { amountMinor: 50_050, reason: 'A fraction.' })
  expect(half.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'amountMinor'] }])
  expect((await requestRefund(world, 'operator', enrolmentId, { reason: 'All of it.' })).userErrors).toEqual([])
  await world.settle()
  expect(await ledgerOf('CARD', paymentId)).toEqual({ taken: ['MGA 1000'], returned: ['MGA 1000'] })
  const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
  expect(status).toBe('REVOKED')
  expect(payments).toMatchObject([{ status: 'SUCCEEDED', refunds: [{ amount: { amountMinor: 100_000 } }] }])
})

it('A2: a fraction of an ariary is not offered by any method, and enrolling reserves nothing', async () => {
  const run = await newRun(world, { price: { minor: 100_050, currency: 'MGA' } })
  expect((await offerOf(run.id)).paymentMethods).toEqual([])
  expect(await enrol(world, persona, run.id)).toMatchObject({
    enrolment: null,
    payment: null,
    userErrors: [{ code: 'PAYMENT_METHOD_NOT_OFFERED', field: ['input', 'paymentMethod'], offered: [] }],
  })
})

it('A3: forints are offered by PayPal, and sent without decimals', async () => {
  const run = await newRun(world, { price: { minor: 5_000_000, currency: 'HUF' } })
  expect((await offerOf(run.id)).paymentMethods).toEqual(['CARD', 'PAYPAL'])
  const { enrolmentId, paymentId } = await registered(world, persona, run.id, { paymentMethod: 'PAYPAL' })
  // PayPal's ledger counts in its own unit, which for forints is the whole.
  expect((await ledgerOf('PAYPAL', paymentId)).taken).toEqual(['HUF 50000'])
  const { payments } = await enrolmentOf(world, persona, enrolmentId)
  expect(payments).toMatchObject([{ status: 'SUCCEEDED' }])
})

it.each([
  { minor: 5_000_050, currency: 'HUF', paymentMethods: ['CARD'] },
  { minor: 1_005, currency: 'KWD', paymentMethods: [] },
  { minor: 2_500_000_000, currency: 'IDR', paymentMethods: ['CARD'] },
  { minor: 0, currency: 'GBP', paymentMethods: [] },
])('A3: $currency $minor is offered by $paymentMethods', async ({ minor, currency, paymentMethods }) => {
  const run = await newRun(world, { price: { minor, currency } })
  expect(await offerOf(run.id)).toEqual({ paymentMethods, price: { amountMinor: minor, currency } })
})

it('rupiah beyond 32 bits are paid, kept and paid back', async () => {
  const run = await newRun(world, { price: { minor: 2_500_000_000, currency: 'IDR' } })
  const { enrolmentId, paymentId } = await registered(world, persona, run.id)
  expect((await requestRefund(world, 'operator', enrolmentId, { reason: 'All of it.' })).userErrors).toEqual([])
  await world.settle()
  expect(await ledgerOf('CARD', paymentId)).toEqual({ taken: ['IDR 2500000000'], returned: ['IDR 2500000000'] })
})

it('dinars by PayPal are refused before anything is held, and by card they are taken', async () => {
  const run = await newRun(world, { price: { minor: 123_450, currency: 'KWD' } })
  const refused = await enrol(world, persona, run.id, { paymentMethod: 'PAYPAL' })
  expect(refused).toMatchObject({
    enrolment: null,
    userErrors: [{ code: 'PAYMENT_METHOD_NOT_OFFERED', offered: ['CARD'] }],
  })
  const { enrolment, payment } = await enrol(world, persona, run.id)
  expect(payment).toMatchObject({ status: 'REQUIRES_ACTION', amount: { amountMinor: 123_450, currency: 'KWD' } })

  const again = await retryPayment(world, persona, enrolment.id, { paymentMethod: 'PAYPAL' })
  expect(again.userErrors).toMatchObject([{ code: 'PAYMENT_METHOD_NOT_OFFERED', offered: ['CARD'] }])
  const { payments } = await enrolmentOf(world, persona, enrolment.id)
  expect(payments).toMatchObject([{ status: 'REQUIRES_ACTION' }])
})
