/** Tests that place, page and provider keep to one instant, and what follows it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { sandboxSecrets } from '../../src/sandbox/sandbox-secrets.ts'
import { back, enrolmentOf, linked, newKey, newRun, pay, way } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let people = 0
let passedMinutes = 0
beforeAll(async () => {
  world = await startWorld({ limits: { timeoutMs: 1_500 } })
})
afterAll(() => world?.close())
beforeEach(async () => {
  passMinutes(-passedMinutes)
  persona = await linked(world, `holder-${people++}`)
})

function passMinutes(minutes: number) {
  passedMinutes += minutes
  world.pass(minutes)
}

const HOLD_MS = 35 * 60_000
const shown = `enrolment { id status holdExpiresAt there: holdExpiresAt(timeZone: "Asia/Singapore") }
  payment { id status action { redirectUrl expiresAt there: expiresAt(timeZone: "Asia/Singapore") } }
  userErrors { code }`

async function enrolWith(courseRunId: string, idempotencyKey = newKey(), paymentMethod = 'CARD') {
  const input = { courseRunId, paymentMethod, returnUrl: back, termsAccepted: true, idempotencyKey }
  const document = `mutation ($input: EnrolInput!) { enrol(input: $input) { ${shown} } }`
  const { data, errors } = await world.ask(persona, document, { input })
  expect(errors).toBeUndefined()
  return data.enrol
}

async function sessionOf(redirectUrl: string): Promise<{ expires_at: number; status: string }> {
  const path = `/v1/checkout/sessions/${new URL(redirectUrl).pathname.split('/').at(-1)}`
  const authorization = `Bearer ${sandboxSecrets.STRIPE_SECRET_KEY}`
  const answer = await fetch(new URL(path, world.environment.STRIPE_API_BASE), { headers: { authorization } })
  return (await answer.json()) as { expires_at: number; status: string }
}

const statusOf = async (id: string) => (await enrolmentOf(world, persona, id)).status

describe('B3: a place that is held', () => {
  it('is held until the page closes and the provider is told so, 35 minutes on, in whole seconds', async () => {
    const run = await newRun(world)
    const askedAtMs = world.now().getTime()
    const { enrolment, payment } = await enrolWith(run.id)
    const untilMs = Date.parse(enrolment.holdExpiresAt)
    expect(untilMs % 1000).toBe(0)
    expect(untilMs).toBeGreaterThan(askedAtMs + HOLD_MS - 1000)
    expect(untilMs).toBeLessThanOrEqual(world.now().getTime() + HOLD_MS)
    expect(Date.parse(payment.action.expiresAt)).toBe(untilMs)
    expect((await sessionOf(payment.action.redirectUrl)).expires_at * 1000).toBe(untilMs)
    expect(enrolment.there).toMatch(/\+08:00$/)
    expect([enrolment.there, payment.action.there].map(Date.parse)).toEqual([untilMs, untilMs])
  })

  it('is given up two minutes after that, not before, and the page is closed', async () => {
    const { enrolment, payment } = await enrolWith((await newRun(world)).id)
    passMinutes(36)
    await world.settle()
    expect(await statusOf(enrolment.id)).toBe('PENDING_PAYMENT')
    passMinutes(2)
    await world.settle()
    expect(await statusOf(enrolment.id)).toBe('EXPIRED')
    expect((await sessionOf(payment.action.redirectUrl)).status).toBe('expired')
    const { data } = await world.ask(
      persona,
      'query ($id: ID!) { node(id: $id) { ... on Enrolment { holdExpiresAt } } }',
      { id: enrolment.id },
    )
    expect(data.node.holdExpiresAt).toBeNull()
  })

  it('by PayPal is not captured when the buyer approves after that', async () => {
    const { enrolment, payment } = await enrolWith((await newRun(world)).id, newKey(), 'PAYPAL')
    passMinutes(38)
    await world.settle()
    await pay(world, payment.action.redirectUrl)
    await world.settle()
    expect(await way(world, persona, enrolment.id)).toEqual(['PENDING_PAYMENT', 'EXPIRED'])
    const { payments } = await enrolmentOf(world, persona, enrolment.id)
    expect(payments).toMatchObject([{ status: 'EXPIRED' }])
  })
})

describe.each<['stripe' | 'paypal', string, string, string]>([
  ['stripe', 'checkout.sessions.create', 'CARD', 'http_503'],
  ['stripe', 'checkout.sessions.create', 'CARD', 'timeout_before'],
  ['paypal', 'orders.create', 'PAYPAL', 'http_503'],
])('B5: when %s fails %s by %s with %s', (provider, operation, method, fault) => {
  it('the same key ten minutes later has a page that is open for the full time', async () => {
    const run = await newRun(world)
    const key = newKey()
    await world.control(provider, 'faults', { operation, fault, times: 1 })
    const first = await enrolWith(run.id, key, method)
    expect(first.userErrors).toMatchObject([{ code: 'PROVIDER_UNAVAILABLE' }])
    passMinutes(10)
    const askedAtMs = world.now().getTime()
    const { enrolment, payment, userErrors } = await enrolWith(run.id, key, method)
    expect(userErrors).toEqual([])
    expect(payment).toMatchObject({ id: first.payment.id, status: 'REQUIRES_ACTION' })
    expect(enrolment.id).toBe(first.enrolment.id)
    expect(Date.parse(enrolment.holdExpiresAt)).toBeGreaterThan(askedAtMs + HOLD_MS - 1000)
    expect(payment.action.expiresAt).toBe(enrolment.holdExpiresAt)
    // Another order under the key of the first would be refused by a provider that has seen that.
    const paymentUuid = Buffer.from(payment.id, 'base64url').toString().split(':')[1]
    const [row] = await world.app.orm.em
      .fork()
      .execute('select open_key from payment where id = ?', [paymentUuid as string])
    expect(row?.open_key).toBe(`${paymentUuid}:open:2`)

    // Given up only when the new hold has ended.
    passMinutes(30)
    await world.settle()
    expect(await statusOf(enrolment.id)).toBe('PENDING_PAYMENT')
    passMinutes(8)
    await world.settle()
    expect(await statusOf(enrolment.id)).toBe('EXPIRED')
  })
})

it('a provider that comes back after the hold is not asked for a page', async () => {
  const run = await newRun(world)
  const key = newKey()
  await world.control('stripe', 'faults', { operation: 'checkout.sessions.create', fault: 'http_503', times: 1 })
  await enrolWith(run.id, key)
  passMinutes(36)
  const late = await enrolWith(run.id, key)
  expect(late).toMatchObject({ payment: { status: 'EXPIRED', action: null } })
})
