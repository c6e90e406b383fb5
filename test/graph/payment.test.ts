/** Tests who may see which fields of payments, refunds and disputes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { enrol, giveUpHolds, linked, newRun, pay, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
/** Where the Stripe sandbox is. */
let stripe: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'petra')
  const { payment } = await enrol(world, persona, (await newRun(world)).id)
  stripe = new URL(payment.action.redirectUrl).origin
})
afterEach(() => giveUpHolds(world, persona))
afterAll(() => world?.close())

const facts = `id status provider method cardBrand cardLast4 providerReference createdAt capturedAt
  amount { amountMinor currency amount formatted } refunded { amountMinor currency }
  action { redirectUrl expiresAt } failure { code message retryable } enrolment { id }
  history { from to cause actor }
  refunds { id status origin reason failureReason requestedAt settledAt amount { amountMinor currency } payment { id } }
  disputes { id status openedAt closedAt amount { amountMinor } payment { id } }`

async function paymentOf(who: string | null, id: string) {
  const { data, errors } = await world.ask(who, `query ($id: ID!) { node(id: $id) { ... on Payment { ${facts} } } }`, {
    id,
  })
  expect(errors).toBeUndefined()
  return data.node
}

describe('a payment that was opened', () => {
  it('says where to pay and until when, and keeps the provider’s reference to operators', async () => {
    const run = await newRun(world, { price: { minor: 12_050, currency: 'EUR' } })
    const { payment, enrolment } = await enrol(world, persona, run.id)
    const seen = await paymentOf(persona, payment.id)
    expect(seen).toMatchObject({
      status: 'REQUIRES_ACTION',
      provider: 'STRIPE',
      method: 'CARD',
      providerReference: null,
      capturedAt: null,
      amount: { amountMinor: 12_050, currency: 'EUR', amount: '120.5', formatted: '€120.50' },
      refunded: { amountMinor: 0, currency: 'EUR' },
      failure: null,
      refunds: [],
      disputes: [],
      action: { redirectUrl: expect.stringMatching(/^http/) },
      enrolment: { id: enrolment.id },
    })
    expect(seen.history.map(({ to }: { to: string }) => to)).toEqual(['CREATED', 'REQUIRES_ACTION'])
    expect((await paymentOf('operator', payment.id)).providerReference).toMatch(/^cs_/)
  })

  it('says why a card was not accepted while another can still pay, and that is gone once one has', async () => {
    const run = await newRun(world)
    const { payment } = await enrol(world, persona, run.id)
    await pay(world, payment.action.redirectUrl, '4000000000000002')
    await world.settle()
    expect(await paymentOf(persona, payment.id)).toMatchObject({
      status: 'REQUIRES_ACTION',
      action: { redirectUrl: expect.any(String) },
      failure: { code: 'GENERIC_DECLINE', message: expect.stringMatching(/\.$/), retryable: true },
    })
    await pay(world, payment.action.redirectUrl, '5555555555554444')
    await world.settle()
    expect(await paymentOf(persona, payment.id)).toMatchObject({
      status: 'SUCCEEDED',
      action: null,
      failure: null,
      cardBrand: 'MASTERCARD',
      cardLast4: '4444',
    })
  })
})

describe('a payment that was taken', () => {
  it('shows what went back, in part and with its reason, and adds it up', async () => {
    const run = await newRun(world, { price: { minor: 10_000, currency: 'GBP' } })
    const { enrolmentId, paymentId } = await registered(world, persona, run.id)
    const part = { amountMinor: 2_500, reason: 'A live session was missed.' }
    const { refund, userErrors } = await requestRefund(world, 'operator', enrolmentId, part)
    expect(userErrors).toEqual([])
    await world.settle()
    const seen = await paymentOf(persona, paymentId)
    expect(seen).toMatchObject({
      status: 'SUCCEEDED',
      refunded: { amountMinor: 2_500, currency: 'GBP' },
      refunds: [{ id: refund.id, status: 'SUCCEEDED', origin: 'OPERATOR', amount: { amountMinor: 2_500 } }],
    })
    expect(seen.refunds[0]).toMatchObject({ reason: part.reason, failureReason: null, payment: { id: paymentId } })
  })

  it('shows a dispute from its beginning to its end', async () => {
    const run = await newRun(world)
    const { paymentId } = await registered(world, persona, run.id)
    const charge = await chargeOf(paymentId)
    await world.control('stripe', `charges/${charge}/dispute`, { outcome: 'open' })
    await world.settle()
    const [opened] = (await paymentOf(persona, paymentId)).disputes
    expect(opened).toMatchObject({ status: 'OPEN', closedAt: null, payment: { id: paymentId } })
    await world.control('stripe', `charges/${charge}/dispute`, { outcome: 'won' })
    await world.settle()
    const [closed] = (await paymentOf(persona, paymentId)).disputes
    expect(closed).toMatchObject({ id: opened.id, status: 'WON', closedAt: expect.any(String) })
  })

  it('names whoever caused a step to operators only', async () => {
    const run = await newRun(world)
    const { paymentId } = await registered(world, persona, run.id)
    const actors = async (who: string) =>
      (await paymentOf(who, paymentId)).history.map(({ actor }: { actor: string | null }) => actor)
    expect(new Set(await actors(persona))).toEqual(new Set([null]))
    expect(await actors('operator')).toContainEqual(expect.stringContaining('petra'))
  })
})

it('nobody but its buyer and operators can fetch a payment, its refund or its dispute', async () => {
  const run = await newRun(world, { price: { minor: 10_000, currency: 'GBP' } })
  const { enrolmentId, paymentId } = await registered(world, persona, run.id)
  await requestRefund(world, 'operator', enrolmentId, { amountMinor: 100, reason: 'A courtesy.' })
  await world.settle()
  await world.control('stripe', `charges/${await chargeOf(paymentId)}/dispute`, { outcome: 'open' })
  await world.settle()
  const { refunds, disputes } = await paymentOf(persona, paymentId)
  const ids = [paymentId, refunds[0].id, disputes[0].id]
  const fetched = async (who: string | null) =>
    (await world.ask(who, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).data.nodes
  expect(await fetched(persona)).toEqual(ids.map((id) => ({ id })))
  expect(await fetched('operator')).toEqual(ids.map((id) => ({ id })))
  for (const other of [null, 'ada', 'registrar', 'institution-client'])
    expect(await fetched(other)).toEqual([null, null, null])
})

describe('money', () => {
  it.each([
    { price: { minor: 1_234, currency: 'JPY' }, amount: '1234', formatted: 'JP¥1,234' },
    { price: { minor: 12_340, currency: 'KWD' }, amount: '12.34', formatted: 'KWD 12.340' },
    { price: { minor: 1_999, currency: 'USD' }, amount: '19.99', formatted: 'US$19.99' },
  ])('of $price.currency reads exactly in both ways', async ({ price, amount, formatted }) => {
    const run = await newRun(world, { price })
    const { payment } = await enrol(world, persona, run.id)
    const seen = (await paymentOf(persona, payment.id)).amount
    expect({ ...seen, formatted: seen.formatted.replace(/\s/, ' ') }).toEqual({
      amountMinor: price.minor,
      currency: price.currency,
      amount,
      formatted,
    })
  })

  it('is written as the asked locale writes it, and as British English does when the locale is none', async () => {
    const run = await newRun(world, { price: { minor: 120_050, currency: 'EUR' } })
    const ask = (locale: string) =>
      world.ask(
        null,
        `query ($id: ID!, $locale: String) { node(id: $id) { ... on CourseRun { price { formatted(locale: $locale) } } } }`,
        { id: run.id, locale },
      )
    expect((await ask('de-DE')).data.node.price.formatted.replace(/\s/, ' ')).toBe('1.200,50 €')
    for (const locale of ['not a locale', '', '€']) {
      const { data, errors } = await ask(locale)
      expect([data.node.price.formatted, errors]).toEqual(['€1,200.50', undefined])
    }
  })
})

it('a page of payments costs as many statements as one payment', async () => {
  const document = `query ($first: Int!) { viewer { operator { payments(first: $first) { nodes { ${facts} } } } } }`
  const sentFor = async (first: number) => {
    const before = world.app.read.sent
    await world.ask('operator', document, { first })
    return world.app.read.sent - before
  }
  const sent = await sentFor(1)
  expect(sent).toBeGreaterThan(0)
  expect(await sentFor(10)).toBe(sent)
})

/** Stripe's charge of a payment, from its own books. */
async function chargeOf(paymentId: string): Promise<string> {
  const uuid = Buffer.from(paymentId, 'base64url').toString().split(':')[1]
  const { charges } = (await (await fetch(`${stripe}/_sandbox/ledger`)).json()) as { charges: Charge[] }
  return charges.find(({ metadata }) => metadata.paymentId === uuid)?.id as string
}

interface Charge {
  id: string
  metadata: Record<string, string>
}
