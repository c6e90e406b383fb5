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

it('dinars by PayPal are refused, with the place kept for a card', async () => {
  const run = await newRun(world, { price: { minor: 123_450, currency: 'KWD' } })
  const { enrolment, payment, userErrors } = await enrol(world, persona, run.id, { paymentMethod: 'PAYPAL' })
  expect(payment.status).toBe('FAILED')
  expect(userErrors).toMatchObject([{ code: 'PAYMENT_NOT_COMPLETED' }])
  const again = await retryPayment(world, persona, enrolment.id)
  expect(again.payment).toMatchObject({ status: 'REQUIRES_ACTION', amount: { amountMinor: 123_450, currency: 'KWD' } })
})
