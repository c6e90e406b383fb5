/** Tests the sandbox's PayPal approval page as a buyer uses it. */
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { type OpenPaypal, openPaypal } from './paypal-sandbox-caller.ts'

let paypal: OpenPaypal
let id: string
let page: string

beforeEach(async () => {
  paypal = await openPaypal()
  const { result } = await paypal.create()
  id = result.id
  page = result.links.find(({ rel }) => rel === 'approve')?.href ?? ''
})
afterEach(() => paypal.sandbox.close())

const textAt = async (url: string) => (await fetch(url)).text()
async function send(fields: Record<string, string>) {
  const body = new URLSearchParams({ token: id, ...fields })
  const answer = await fetch(`${paypal.sandbox.url}/checkoutnow`, { method: 'POST', body, redirect: 'manual' })
  return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
}

it('shows what is paid and for what, with a button for each answer', async () => {
  const text = await textAt(page)
  expect(text).toContain('£125.00')
  expect(text).toContain('Ethics &#38; &#60;law&#62;')
  for (const answer of ['approve', 'cancel']) expect(text).toContain(`name="action" value="${answer}"`)
  const instruments = [...text.matchAll(/type="radio" id="(\w+)"/g)]
  expect(instruments.length).toBeGreaterThan(1)
  for (const [, id] of instruments) expect(text).toContain(`<label for="${id}"`)
})

it('sends a buyer who approves to the return address with token and PayerID, once', async () => {
  const { status, location } = await send({ action: 'approve' })
  const { payer } = (await paypal.order(id)).result as unknown as { payer: { payer_id: string } }
  expect([status, location]).toEqual([303, `http://127.0.0.1:9/back?a=1&token=${id}&PayerID=${payer.payer_id}`])
  expect((await send({ action: 'approve' })).text).toContain('You have decided')
  expect(await textAt(page)).toContain('Go on')
})

it('sends a buyer who cancels to the cancel address, and lets them come back', async () => {
  expect(await send({ action: 'cancel' })).toMatchObject({
    status: 303,
    location: `http://127.0.0.1:9/cancelled?token=${id}`,
  })
  expect(await textAt(page)).toContain('Approve £125.00')
})

it('asks again when nothing was chosen, and knows when there is no such order', async () => {
  expect(await send({ action: 'nothing' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('role="alert"'),
  })
  expect(await send({ action: 'approve', token: 'NONE' })).toMatchObject({ status: 404 })
})
