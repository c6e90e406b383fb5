/** Tests that a wrong webhook gets a 4xx and changes no table. */
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Arrived, type Inbox, openInbox } from '../adapters/sandbox-inbox.ts'
import { enrol, linked, newRun, pay } from '../support/world/study.ts'
import { digestOf } from '../support/world/untouched.ts'
import { startWorld, type World } from '../support/world/world.ts'

const senders = ['stripe', 'paypal', 'partner'] as const
type Sender = (typeof senders)[number]
const signatures: Record<Sender, string> = {
  stripe: 'stripe-signature',
  paypal: 'paypal-transmission-sig',
  partner: 'x-fl-signature',
}

let world: World
let inbox: Inbox
/** One genuine delivery of each sender, which the gateway has not seen. */
const genuine = {} as Record<Sender, Arrived>

beforeAll(async () => {
  world = await startWorld()
  inbox = await openInbox()
  const { id, uuid } = await newRun(world)
  world.webhooksTo(new URL(inbox.url).origin)
  for (const paymentMethod of ['CARD', 'PAYPAL']) {
    const { payment } = await enrol(world, await linked(world, `wendy-${paymentMethod.toLowerCase()}`), id, {
      paymentMethod,
    })
    await pay(world, payment.action.redirectUrl)
  }
  await world.control('partner', `program_runs/${uuid}`, { capacity: 7 })
  for (const sender of senders) await delivered(sender)
  const of = (sender: Sender) => inbox.arrived.find(({ headers }) => signatures[sender] in headers)
  for (const sender of senders) genuine[sender] = of(sender) as Arrived
  world.webhooksTo(world.url)
})
afterAll(async () => {
  await world?.close()
  await inbox?.close()
})

/** Sends what the sender holds, until it has heard that all of it has come. */
async function delivered(sender: Sender): Promise<void> {
  const { body } = await world.control(sender, 'webhooks/flush')
  if ((body as { pending: number }).pending > 0) await delivered(sender)
}

async function send(sender: Sender, body: string, headers: IncomingHttpHeaders): Promise<number> {
  const { host: _, 'content-length': __, connection: ___, ...kept } = headers
  const answer = await fetch(`${world.url}/webhooks/${sender}`, { method: 'POST', headers: kept as never, body })
  return answer.status
}

async function touchesNothing(attempt: () => Promise<number>): Promise<number> {
  const before = await digestOf(world.databaseUrl)
  const status = await attempt()
  expect(await digestOf(world.databaseUrl)).toEqual(before)
  return status
}

describe.each(senders)('a webhook of %s', (sender) => {
  const without = (headers: IncomingHttpHeaders, name: string) =>
    Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name))

  it.each<[string, number, (one: Arrived) => Arrived]>([
    [
      'with one byte changed',
      400,
      ({ body, headers }) => ({ headers, body: body.replace(/\d/, (one) => `${9 - +one}`) }),
    ],
    ['signed by nobody', 400, ({ body, headers }) => ({ body, headers: without(headers, signatures[sender]) })],
    ['signed by somebody else', 400, ({ body, headers }) => ({ body, headers: { ...headers, ...forged(sender) } })],
    ['that is cut off', 400, ({ body, headers }) => ({ headers, body: body.slice(0, -7) })],
    ['that is empty', 400, ({ headers }) => ({ headers, body: '' })],
    [
      'of another content type',
      415,
      ({ body, headers }) => ({ body, headers: { ...headers, 'content-type': 'text/plain' } }),
    ],
    [
      'of more than 512 KiB',
      413,
      ({ headers }) => ({ headers, body: JSON.stringify({ text: 'x'.repeat(600 * 1024) }) }),
    ],
  ])('%s gets %i and touches no table', async (_, status, spoil) => {
    const { body, headers } = spoil(genuine[sender])
    expect(await touchesNothing(() => send(sender, body, headers))).toBe(status)
  })
})

const forged = (sender: Sender): IncomingHttpHeaders =>
  sender === 'stripe'
    ? { 'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=${'ab'.repeat(32)}` }
    : { [signatures[sender]]: Buffer.alloc(256, 7).toString('base64') }

it.each([
  ['stripe', 'six minutes', 6],
  // PayPal repeats a delivery for three days, with the time at which it signed it first.
  ['paypal', 'four days', 4 * 24 * 60],
] as const)('a webhook of %s that is replayed after %s touches no table', async (sender, _, minutes) => {
  const { body, headers } = genuine[sender]
  world.pass(minutes)
  try {
    expect(await touchesNothing(() => send(sender, body, headers))).toBe(400)
  } finally {
    world.pass(-minutes)
  }
})

it.each(senders)('a genuine webhook of %s is kept, and replayed at once it is not kept again', async (sender) => {
  const { body, headers } = genuine[sender]
  const kept = sender === 'partner' ? 202 : 200
  const before = await digestOf(world.databaseUrl)
  expect(await send(sender, body, headers)).toBe(kept)
  expect(await digestOf(world.databaseUrl)).not.toEqual(before)
  if (sender === 'partner') return
  expect(await touchesNothing(() => send(sender, body, headers))).toBe(kept)
})
