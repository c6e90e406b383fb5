/** Tests the Stripe sandbox's repeated keys, faults, wrong keys and restart. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { connect, openStripe, options, refusal, type StripeCaller, wish } from './stripe-sandbox-caller.ts'

let caller: StripeCaller
beforeEach(async () => {
  caller = await openStripe()
})
afterEach(() => caller.sandbox.close())

describe('idempotency keys', () => {
  it('repeat the stored reply, even after the object changed, and say so', async () => {
    const first = await caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    await caller.pay(first.id, { card: 'visa' })
    const again = await caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(again).toEqual(first)
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect((await caller.stripe.checkout.sessions.list()).data).toHaveLength(1)
  })

  it('refuse other parameters, but not the key of a call that never ran', async () => {
    await caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    const other = caller.stripe.checkout.sessions.create(wish({ metadata: { payment_id: 'p-2' } }), {
      idempotencyKey: 'k-1',
    })
    expect(await refusal(other)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
    await refusal(caller.stripe.refunds.create({ charge: 'ch_none' }, { idempotencyKey: 'k-2' }))
    const { charge } = await caller.paid('visa')
    expect(await caller.stripe.refunds.create({ charge: charge.id }, { idempotencyKey: 'k-2' })).toMatchObject({
      status: 'succeeded',
    })
  })

  it('refuse a second call while the first is in progress', async () => {
    await caller.arm('checkout.sessions.create', 'slow')
    const first = caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    const status = async () => (await caller.stripe.checkout.sessions.list()).data.length
    while ((await status()) === 0);
    const second = caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(await refusal(second)).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
    expect((await first).status).toBe('open')
  })

  it('are forgotten after a day', async () => {
    const first = await caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    caller.later(24 * 3_600_000 + 1_000)
    const second = await caller.stripe.checkout.sessions.create(wish(), { idempotencyKey: 'k-1' })
    expect(second.id).not.toBe(first.id)
  })
})

describe('failures on request', () => {
  it('after success: the money moved once, and the key tells the story', async () => {
    const { charge } = await caller.paid('visa')
    for (const [index, fault] of ['timeout_after', 'reset_after', 'malformed'].entries()) {
      await caller.arm('refunds.create', fault)
      const impatient = connect(caller.sandbox.url, 'sk_test_1', 300)
      const request = () =>
        impatient.refunds.create({ charge: charge.id, amount: 100 }, { idempotencyKey: `f-${index}` })
      // The SDK repeats a reset by itself, with the same key: then its answer is the stored one.
      if (fault === 'reset_after') expect(await request()).toMatchObject({ amount: 100 })
      else await refusal(request())
      const again = await request()
      expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
      expect((await caller.stripe.refunds.list({ charge: charge.id })).data).toHaveLength(index + 1)
    }
  })

  it('before: nothing happened', async () => {
    for (const fault of ['timeout_before', 'http_500', 'http_503', 'http_429']) {
      await caller.arm('*', fault)
      const impatient = connect(caller.sandbox.url, 'sk_test_1', 300)
      const problem = await refusal(impatient.checkout.sessions.create(wish()))
      if (fault === 'http_429')
        expect(problem).toMatchObject({ type: 'StripeRateLimitError', headers: { 'retry-after': '1' } })
      else if (fault !== 'timeout_before') expect(problem).toMatchObject({ type: 'StripeAPIError' })
    }
    expect((await caller.stripe.checkout.sessions.list()).data).toEqual([])
  })

  it('are refused with what was expected when they are not known, and can be taken back', async () => {
    expect(await caller.arm('checkout.session.create', 'http_500')).toMatchObject({ status: 400 })
    expect(await caller.arm('*', 'explode')).toMatchObject({ status: 400 })
    await caller.arm('*', 'http_500', 50)
    await fetch(`${caller.sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
    expect((await caller.open()).status).toBe('open')
  })

  it('do not keep the sandbox from closing', async () => {
    await caller.arm('*', 'timeout_before')
    const hanging = refusal(caller.stripe.events.list())
    while ((await armed()) > 0);
    await caller.sandbox.close()
    expect(await hanging).toMatchObject({ type: 'StripeConnectionError' })
    caller = await openStripe()
  })
})

describe('access', () => {
  it('needs the right key, and answers in Stripe’s shape', async () => {
    expect(await refusal(connect(caller.sandbox.url, 'sk_test_wrong').events.list())).toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
      requestId: expect.stringMatching(/^req_/),
    })
    expect(await refusal(caller.stripe.charges.retrieve('ch_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such charge: 'ch_none'",
    })
    expect(await refusal(caller.stripe.charges.retrieve('ch_none', { expand: ['nothing'] }))).toMatchObject({
      statusCode: 404,
    })
    const answer = await fetch(`${caller.sandbox.url}/v1/nothing`)
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
  })

  it('survives a restart with its state file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stripe-sandbox-'))
    const stateFile = join(folder, 'state', 'stripe.json')
    try {
      const before = await startStripeSandbox({ ...options, stateFile })
      const made = await connect(before.url).checkout.sessions.create(wish(), { idempotencyKey: 'k' })
      await before.close()
      const after = await startStripeSandbox({ ...options, stateFile })
      const again = await connect(after.url)
        .checkout.sessions.create(wish(), { idempotencyKey: 'k' })
        .finally(() => after.close())
      expect(again.id).toBe(made.id)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** How many faults still wait for their call. */
async function armed(): Promise<number> {
  const { faults } = (await (await fetch(`${caller.sandbox.url}/_sandbox/faults`)).json()) as { faults: object[] }
  return faults.length
}
