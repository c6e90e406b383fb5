/** Tests the Stripe sandbox's objects against Stripe's own definitions. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { type StripeSandbox, startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { post } from './sandbox-inbox.ts'

const FIXTURES = join(import.meta.dirname, '../../../shared/contracts/stripe/fixtures3.json')
const whereFixturesAre = existsSync(FIXTURES) ? describe : describe.skip

type Plain = Record<string, unknown>
/** What the fixtures show otherwise than the API: the caller's own keys, another event, expanded on request, the SDK's decimals. */
const NOT_COMPARED = new Set(['event.data.object', 'charge.refunds', 'item.price.unit_amount_decimal'])

whereFixturesAre('objects have the shape of the official fixtures', () => {
  const fixtures = whereFixturesAre === describe ? JSON.parse(readFileSync(FIXTURES, 'utf8')).resources : {}
  let sandbox: StripeSandbox
  const found: Record<string, Plain> = {}

  beforeAll(async () => {
    sandbox = await startStripeSandbox({
      host: '127.0.0.1',
      port: 0,
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_test',
    })
    const { hostname, port } = new URL(sandbox.url)
    const stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http' })
    const session = await stripe.checkout.sessions.create({
      line_items: [{ price_data: { currency: 'gbp', unit_amount: 900, product_data: { name: 'x' } }, quantity: 1 }],
      mode: 'payment',
      success_url: 'http://127.0.0.1:9/paid',
    })
    await post(`${sandbox.url}/_sandbox/checkout/${session.id}`, { card: 'visa' })
    const paid = await stripe.checkout.sessions.retrieve(session.id)
    const intent = await stripe.paymentIntents.retrieve(paid.payment_intent as string)
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 100 })
    const { json } = await post(`${sandbox.url}/_sandbox/charges/${intent.id}/dispute`, {})
    const all = {
      'checkout.session': paid,
      payment_intent: intent,
      charge: await stripe.charges.retrieve(intent.latest_charge as string),
      refund,
      dispute: await stripe.disputes.retrieve(json.id as string),
      event: (await stripe.events.list({ type: 'refund.created' })).data[0],
      item: (await stripe.checkout.sessions.listLineItems(session.id)).data[0],
    }
    for (const [kind, object] of Object.entries(all)) found[kind] = object as unknown as Plain
  })
  afterAll(() => sandbox.close())

  it.each(['checkout.session', 'payment_intent', 'charge', 'refund', 'dispute', 'event', 'item'])('%s', (kind) => {
    expect(differences(fixtures[kind], found[kind], kind)).toEqual([])
  })
})

/** Properties of the fixture that ours lacks, or has with another kind of value; null is any kind. */
function differences(fixture: unknown, ours: unknown, path: string): string[] {
  if (ours === undefined) return [`${path} is missing`]
  if (fixture === null || ours === null) return []
  if (kindOf(fixture) !== kindOf(ours)) return [`${path} is ${kindOf(ours)}, not ${kindOf(fixture)}`]
  if (kindOf(fixture) !== 'object') return []
  return Object.entries(fixture as Plain)
    .filter(([key]) => key !== 'metadata' && !NOT_COMPARED.has(`${path}.${key}`))
    .flatMap(([key, value]) => differences(value, (ours as Plain)[key], `${path}.${key}`))
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value)
