/** Tests that the sandbox's PayPal events are signed, delivered until accepted and listed. */
import { createVerify, X509Certificate } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type Events, type OpenPaypal, openPaypal, paid } from './paypal-sandbox-caller.ts'
import { type Arrived, type Inbox, openInbox } from './sandbox-inbox.ts'

let inbox: Inbox
let paypal: OpenPaypal

beforeEach(async () => {
  inbox = await openInbox()
  paypal = await openPaypal({ webhookUrl: inbox.url })
})
afterEach(async () => {
  await paypal.sandbox.close()
  await inbox.close()
})

const paidEvents = ['CHECKOUT.ORDER.APPROVED', 'PAYMENT.CAPTURE.COMPLETED', 'CHECKOUT.ORDER.COMPLETED']
const typesOf = (arrived: Arrived[]) => arrived.map(({ body }) => JSON.parse(body).event_type as string)

/** developer.paypal.com's self-verification, step by step. */
async function verified({ headers, body }: Arrived, changedBody = body): Promise<boolean> {
  const certUrl = headers['paypal-cert-url'] as string
  const leaf = new X509Certificate(await (await fetch(certUrl)).text())
  const root = new X509Certificate(paypal.sandbox.caPem)
  expect([leaf.checkIssued(root), leaf.verify(root.publicKey), root.ca, leaf.ca]).toEqual([true, true, true, false])
  expect(Date.parse(leaf.validTo)).toBeGreaterThan(Date.now())
  const id = headers['paypal-transmission-id']
  const signed = `${id}|${headers['paypal-transmission-time']}|WH-TEST|${crc32(changedBody)}`
  const signature = headers['paypal-transmission-sig'] as string
  return createVerify('sha256').update(signed).verify(leaf.publicKey, signature, 'base64')
}

it('every event of a payment arrives, with a signature that a changed body breaks', async () => {
  const { capture } = await paid(paypal)
  const arrived = await inbox.until((all) => all.length >= 3)
  expect(typesOf(arrived).sort()).toEqual([...paidEvents].sort())
  for (const one of arrived) {
    expect(await verified(one)).toBe(true)
    expect(await verified(one, `${one.body} `)).toBe(false)
    expect(one.headers['paypal-auth-algo']).toBe('SHA256withRSA')
    const event = JSON.parse(one.body)
    expect((await paypal.get(`/v1/notifications/webhooks-events/${event.id}`)).result).toEqual(event)
  }
  const completed = arrived.map(({ body }) => JSON.parse(body)).find((event) => event.event_type === paidEvents[1])
  expect(completed.resource).toMatchObject({ id: capture.id, custom_id: 'payment-1', status: 'COMPLETED' })
})

it('an event that is refused is sent again, with the same id in a transmission of its own', async () => {
  inbox.refuseNext(1)
  await paid(paypal)
  const arrived = await inbox.until((all) => all.length >= 4)
  expect(new Set(arrived.map(({ body }) => JSON.parse(body).id)).size).toBe(3)
  expect(new Set(arrived.map(({ headers }) => headers['paypal-transmission-id'])).size).toBe(4)
})

it('events are held until they are flushed', async () => {
  await paypal.control('webhooks', { mode: 'hold' })
  await paid(paypal)
  expect(inbox.arrived).toEqual([])
  expect((await paypal.control('webhooks/flush')).json.sent).toBe(3)
  expect(await inbox.until((all) => all.length >= 3)).toHaveLength(3)
})

it('an event that was dropped can be found by its transaction and sent again', async () => {
  await paypal.control('webhooks', { mode: 'drop' })
  const { capture } = await paid(paypal)
  await paypal.control('webhooks', { mode: 'deliver' })
  const [event] = (await paypal.events(`transaction_id=${capture.id}`)).events
  await paypal.resend(event?.id ?? '')
  expect(typesOf(await inbox.until((all) => all.length >= 1))).toEqual(['PAYMENT.CAPTURE.COMPLETED'])
})

it('events are listed newest first, in pages, by time and type', async () => {
  const from = new Date().toISOString()
  await paid(paypal)
  await paid(paypal, { invoice_id: 'invoice-2' })
  const seen: string[] = []
  let query: string | undefined = `start_time=${from}&page_size=4`
  while (query !== undefined) {
    const page: Events = await paypal.events(query)
    expect(page.count).toBe(page.events.length)
    seen.push(...page.events.map((event) => event.event_type))
    query = page.links.find(({ rel }) => rel === 'next')?.href.split('?')[1]
  }
  expect(seen).toEqual([...paidEvents, ...paidEvents].reverse())
  expect((await paypal.events(`end_time=${from}`)).events).toEqual([])
  expect((await paypal.events('event_type=CHECKOUT.ORDER.APPROVED')).count).toBe(2)
})
