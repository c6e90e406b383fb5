/** Tests that a sandbox's state survives a stop or kill at constant cost. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { StateFile } from '../../src/sandbox/state-file.ts'
import { startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { openPaypal, orderOf, paid } from './paypal-sandbox-caller.ts'
import { post } from './sandbox-inbox.ts'

interface Shelf {
  books: Record<string, { title: string; lent?: boolean }>
  open: boolean
}
const empty = (): Shelf => ({ books: {}, open: true })

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-state-'))
  file = join(folder, 'state.json')
})
afterEach(() => rm(folder, { recursive: true }))

const reopened = async () => (await StateFile.open(file, empty)).state
const journals = async () => (await readdir(folder)).filter((name) => name.endsWith('.journal'))

describe('a state file', () => {
  it('keeps records that were made, changed and removed, without writing the others again', async () => {
    const shelf = await StateFile.open(file, empty)
    shelf.state.books = { a: { title: 'A' }, b: { title: 'B' } }
    shelf.changed()
    await shelf.saved()
    shelf.state.books.a = { title: 'A', lent: true }
    shelf.state.books.c = { title: 'C' }
    delete shelf.state.books.b
    shelf.state.open = false
    for (const book of ['a', 'b', 'c']) shelf.changed('books', book)
    shelf.changed('open')
    await shelf.saved()
    const [journal] = await journals()
    expect((await readFile(join(folder, journal ?? ''), 'utf8')).split('\n')).toHaveLength(5)
    expect(await reopened()).toEqual({ books: { a: { title: 'A', lent: true }, c: { title: 'C' } }, open: false })
    expect(await journals()).toEqual([])
  })

  it('forgets a line that a crash cut off, and a journal of an older file', async () => {
    const shelf = await StateFile.open(file, empty)
    shelf.state.books.a = { title: 'A' }
    shelf.changed('books', 'a')
    await shelf.saved()
    const [journal] = await journals()
    const path = join(folder, journal ?? '')
    await writeFile(path, `${await readFile(path, 'utf8')}{"path":["books","a"],"value":{"ti`)
    const left = await readFile(path, 'utf8')
    expect((await reopened()).books).toEqual({ a: { title: 'A' } })
    await writeFile(path, left.replace('"A"', '"old"'))
    expect((await reopened()).books).toEqual({ a: { title: 'A' } })
  })

  it('names a file that is not JSON', async () => {
    await writeFile(file, '{')
    await expect(StateFile.open(file, empty)).rejects.toThrow(file)
  })

  it('fills what an older file does not have', async () => {
    await writeFile(file, '{"books":{"a":{"title":"A"}}}')
    expect(await reopened()).toEqual({ books: { a: { title: 'A' } }, open: true })
  })
})

/** What a sandbox finds after it was killed now, and after it is stopped in order. */
async function afterKillAndStop(sandbox: { close(): Promise<void> }) {
  const killed = await mkdtemp(join(folder, 'killed-'))
  for (const name of await readdir(folder)) {
    if (name.startsWith('state.json')) await copyFile(join(folder, name), join(killed, name))
  }
  await sandbox.close()
  const anything = (): Record<string, unknown> => ({})
  const [found, kept] = [
    await StateFile.open(join(killed, 'state.json'), anything),
    await StateFile.open(file, anything),
  ]
  return { afterKill: found.state, afterStop: kept.state }
}

describe('a sandbox that is killed knows all that it would know after a stop', () => {
  it('Stripe', async () => {
    let now = new Date()
    const sandbox = await startStripeSandbox({
      host: '127.0.0.1',
      port: 0,
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_test',
      stateFile: file,
      now: () => now,
    })
    const { hostname, port } = new URL(sandbox.url)
    const stripe = new Stripe('sk_test_1', { host: hostname, port, protocol: 'http' })
    const open = async (idempotencyKey: string) =>
      stripe.checkout.sessions.create(
        {
          line_items: [{ price_data: { currency: 'gbp', unit_amount: 900, product_data: { name: 'x' } }, quantity: 1 }],
          mode: 'payment',
          success_url: 'http://127.0.0.1:9/paid',
        },
        { idempotencyKey },
      )
    const pay = (id: string, card: string, authentication = 'pass') =>
      post(`${sandbox.url}/_sandbox/checkout/${id}`, { card, authentication })
    for (const card of ['visa', 'declined', '3ds', 'disputed', 'refund_fails']) await pay((await open(card)).id, card)
    await pay((await open('leave')).id, '3ds', 'leave')
    await pay((await open('fail')).id, '3ds', 'fail')
    await stripe.checkout.sessions.expire((await open('expire')).id)
    for (const charge of (await stripe.charges.list()).data.filter(({ paid }) => paid)) {
      await stripe.refunds.create({ charge: charge.id, amount: 100 })
    }
    const [last] = (await stripe.charges.list()).data
    await post(`${sandbox.url}/_sandbox/charges/${last?.id}/dispute`, { outcome: 'withdrawn' })
    now = new Date(now.getTime() + 25 * 3_600_000)
    await pay((await open('a day later')).id, 'declined')
    const { afterKill, afterStop } = await afterKillAndStop(sandbox)
    expect(afterKill).toEqual(afterStop)
    expect(Object.keys(afterStop.events as object).length).toBeGreaterThan(30)
  })

  it('PayPal', async () => {
    let now = new Date()
    const paypal = await openPaypal({ stateFile: file, now: () => now })
    const ids = await Promise.all(
      ['balance', 'echeck', 'denied'].map(async (name) => (await paid(paypal, { invoice_id: name }, name)).capture.id),
    )
    await paypal.control(`captures/${ids[1]}/pending`, { outcome: 'completed' })
    const pending = (await paypal.refund(ids[1] ?? '', {}, { id: 'r-1' })).result
    await paypal.control(`refunds/${pending.id}/settle`)
    await paypal.refund(ids[0] ?? '', { amount: { currency_code: 'GBP', value: '5.00' } })
    for (const outcome of ['open', 'under_review', 'lost'])
      await paypal.control(`captures/${ids[0]}/dispute`, { outcome })
    await paypal.create(orderOf(), { id: 'left' })
    const approved = (await paypal.create()).result.id
    await paypal.control(`captures/${approved}/pending`)
    await paypal.control(`orders/${approved}/approve`, { instrument: 'declined' })
    await expect(paypal.capture(approved)).rejects.toThrow('INSTRUMENT_DECLINED')
    await paypal.control(`orders/${approved}/approve`)
    now = new Date(now.getTime() + 10 * 3_600_000)
    await paypal.control('captures/next/pending')
    await paypal.create()
    const { afterKill, afterStop } = await afterKillAndStop(paypal.sandbox)
    expect(afterKill).toEqual(afterStop)
    expect(Object.keys(afterStop.events as object).length).toBeGreaterThan(12)
  })
})
