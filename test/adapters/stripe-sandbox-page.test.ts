/** Tests the sandbox's Checkout page as a buyer uses it, 3-D Secure included. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { type StripeSandbox, startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'

let sandbox: StripeSandbox
let stripe: Stripe
let session: Stripe.Checkout.Session

beforeEach(async () => {
  sandbox = await startStripeSandbox({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_test',
  })
  const { hostname, port } = new URL(sandbox.url)
  stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http' })
  session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      { price_data: { currency: 'gbp', unit_amount: 12_500, product_data: { name: '<b>Law</b>' } }, quantity: 1 },
    ],
    payment_method_options: { card: { restrictions: { brands_blocked: ['discover_global_network'] } } },
    success_url: 'http://127.0.0.1:9/paid/{CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/cancelled?a=1&b=2',
  })
})
afterEach(() => sandbox.close())

const goodCard = { number: '4242 4242 4242 4242', expiry: '12 / 40', cvc: '123', name: 'Ada Lovelace' }
async function send(url: string, fields: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
}

it('shows what is paid, a labelled field for each detail, and the way back', async () => {
  const text = await (await fetch(session.url as string)).text()
  expect(text).toContain('£125.00')
  expect(text).toContain('&#60;b&#62;Law')
  expect(text).toContain('href="http://127.0.0.1:9/cancelled?a=1&#38;b=2"')
  for (const field of Object.keys(goodCard)) expect(text).toMatch(new RegExp(`<label for="${field}">[^<]+</label>`))
})

it('sends a buyer who paid to the success address, and does not charge a second time', async () => {
  const url = session.url as string
  expect(await send(url, goodCard)).toMatchObject({ status: 303, location: `http://127.0.0.1:9/paid/${session.id}` })
  expect((await send(url, goodCard)).text).toContain('This is paid')
  expect((await stripe.charges.list()).data).toMatchObject([{ billing_details: { name: 'Ada Lovelace' } }])
})

it.each([
  [{ number: '4242 4242 4242 4241' }, 'card number is invalid'],
  [{ number: '4111 1111 1111 1111' }, 'test cards only'],
  [{ number: '6011 1111 1111 1117' }, 'not accepted'],
  [{ number: '4000 0000 0000 0002' }, 'Your card was declined'],
  [{ expiry: '12/19' }, 'in the past'],
  [{ expiry: '13/40' }, 'incomplete'],
  [{ cvc: '12' }, 'security code'],
  [{ name: ' ' }, 'name'],
])('tells what is wrong with %j and lets the buyer try again', async (wrong, message) => {
  const answer = await send(session.url as string, { ...goodCard, ...wrong } as Record<string, string>)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  const alert = /role="alert">([^<]+)/.exec(answer.text)?.[1]
  expect(alert).toContain(message)
  expect(await send(session.url as string, goodCard)).toMatchObject({ status: 303 })
})

it('asks a 3-D Secure card to be confirmed before anything is charged', async () => {
  const asked = await send(session.url as string, { ...goodCard, number: '4000002760003184' })
  expect(asked.location).toBe(`${sandbox.url}/3d-secure/${session.id}`)
  expect((await stripe.charges.list()).data).toEqual([])
  const page = await (await fetch(asked.location as string)).text()
  expect(page).toContain('value="confirm"')
  expect(await send(asked.location as string, { answer: 'confirm' })).toMatchObject({ status: 303 })
  expect((await stripe.charges.list()).data).toMatchObject([{ paid: true }])
})

it('takes nothing on a page that has expired or does not exist', async () => {
  const url = session.url as string
  await stripe.checkout.sessions.expire(session.id)
  expect(await send(url, goodCard)).toMatchObject({ status: 410 })
  expect((await send(`${sandbox.url}/c/pay/cs_test_none`, goodCard)).status).toBe(404)
})
