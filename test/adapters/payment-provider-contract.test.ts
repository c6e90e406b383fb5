/** Tests every payment provider by one contract suite, over real HTTP. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ProviderEvent, ProviderPayment } from '../../src/payments/payment-provider.ts'
import type { UpstreamFailure } from '../../src/values/upstream-failure.ts'
import {
  addressOfNobody,
  failureOf,
  orderOf,
  type ProviderUnderTest,
  paidAt,
  refundOf,
  startPayPal,
  startStripe,
} from './provider-under-test.ts'

describe.each([
  ['Stripe', startStripe],
  ['PayPal', startPayPal],
])('%s', (_name, start) => {
  let at: ProviderUnderTest
  let paymentId: string
  beforeEach(async () => {
    paymentId = randomUUID()
    at = await start()
  })
  afterEach(() => at.close())

  const paid = (more: Parameters<typeof orderOf>[1] = {}) => paidAt(at, paymentId, more)

  it('opens a page where the buyer pays, and keeps our id with it', async () => {
    const opened = await at.provider.open(orderOf(paymentId))
    expect(opened).toMatchObject({ state: 'REQUIRES_ACTION', paymentId, capture: null, refunds: [], disputes: [] })
    const page = await fetch(opened.redirectUrl as string)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('695.00')
    expect(await at.provider.look(opened.reference)).toEqual(opened)
  })

  it('opens nothing a second time for the same key', async () => {
    const [one, other] = [await at.provider.open(orderOf(paymentId)), await at.provider.open(orderOf(paymentId))]
    expect(other.reference).toBe(one.reference)
  })

  it('says how a payment stands once the buyer has paid, to the minor unit', async () => {
    const captured = await paid()
    expect(captured).toMatchObject({ state: 'SUCCEEDED', redirectUrl: null, failure: null })
    expect(captured.capture).toMatchObject({ amount: { amountMinor: 69_500, currency: 'GBP' } })
    expect(Math.abs((captured.capture as { capturedAt: Date }).capturedAt.getTime() - Date.now())).toBeLessThan(60_000)
    expect(await at.provider.look(captured.reference)).toEqual(captured)
  })

  it.each(['EUR', 'USD', 'JPY'])('charges %s in the minor units that it has', async (currency) => {
    const captured = await paid({ amount: { amountMinor: 1_999, currency } })
    expect(captured.capture?.amount).toEqual({ amountMinor: 1_999, currency })
    expect(await at.captures()).toMatchObject([
      { amount: 1_999, currency: expect.stringMatching(new RegExp(currency, 'i')) },
    ])
  })

  it('captures once, however often it is asked to', async () => {
    const { reference } = await paid()
    const again = await at.provider.capture(reference, `${paymentId}:capture:1`)
    const withAnotherKey = await at.provider.capture(reference, `${paymentId}:capture:2`)
    expect([again.state, withAnotherKey.state]).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(await at.captures()).toHaveLength(1)
  })

  it('does not take money that the buyer has not agreed to', async () => {
    const { reference } = await at.provider.open(orderOf(paymentId))
    const seen = await at.provider.capture(reference, `${paymentId}:capture:1`)
    expect(seen).toMatchObject({
      state: 'REQUIRES_ACTION',
      capture: null,
      redirectUrl: expect.stringContaining('http'),
    })
    expect(await at.captures()).toEqual([])
  })

  it('knows nothing of a reference that is not its own', async () => {
    expect(await at.provider.look('0AB12345CD678901E')).toBeNull()
    expect(await at.provider.lookRefund('0AB12345CD678901E')).toBeNull()
    expect(await failureOf(at.provider.close('0AB12345CD678901E', 'k'))).toMatch(/^REFUSED/)
  })

  it('refunds a part, then the rest, once for each key, and lists both with our ids', async () => {
    const reference = (await paid()).capture?.reference as string
    const [part, rest] = [randomUUID(), randomUUID()]
    const first = await at.provider.refund(refundOf(reference, part, 20_000))
    expect(first).toMatchObject({
      refundId: part,
      amount: { amountMinor: 20_000, currency: 'GBP' },
      state: 'SUCCEEDED',
    })
    expect(await at.provider.refund(refundOf(reference, part, 20_000))).toEqual(first)
    await at.provider.refund(refundOf(reference, rest, 49_500))
    const listed = await at.provider.refundsOf(reference)
    expect(new Map(listed.map((refund) => [refund.refundId, refund.amount.amountMinor]))).toEqual(
      new Map([
        [part, 20_000],
        [rest, 49_500],
      ]),
    )
    expect(await at.provider.lookRefund(first.reference)).toEqual(first)
    expect(await at.refunds()).toHaveLength(2)
  })

  it('refuses to refund more than was captured, and refunds nothing then', async () => {
    const reference = (await paid()).capture?.reference as string
    expect(await failureOf(at.provider.refund(refundOf(reference, randomUUID(), 69_501)))).toMatch(/^REFUSED/)
    expect(await at.refunds()).toEqual([])
  })

  it('finds its own refund when the key was forgotten and nothing is left to refund', async () => {
    const reference = (await paid()).capture?.reference as string
    const refundId = randomUUID()
    const made = await at.provider.refund(refundOf(reference, refundId))
    expect(await at.provider.refund(refundOf(reference, refundId, 69_500, 2))).toEqual(made)
    expect(await at.refunds()).toHaveLength(1)
    expect(await failureOf(at.provider.refund(refundOf(reference, randomUUID())))).toMatch(/^REFUSED/)
  })

  it('sees a refund that somebody made in the dashboard, as nobody’s of ours', async () => {
    const captured = await paid()
    await at.refundInDashboard(captured.capture?.reference as string)
    const seen = (await at.provider.look(captured.reference)) as ProviderPayment
    expect(seen.state).toBe('SUCCEEDED')
    expect(seen.refunds).toMatchObject([{ refundId: null, amount: { amountMinor: 69_500 }, state: 'SUCCEEDED' }])
    expect(await at.provider.lookRefund(seen.refunds[0]?.reference as string)).toEqual(seen.refunds[0])
  })

  it('sees a dispute, and how it ended', async () => {
    const captured = await paid()
    await at.dispute(captured.capture?.reference as string, 'open')
    const open = await at.provider.look(captured.reference)
    expect(open?.disputes).toMatchObject([{ state: 'OPEN', amount: { amountMinor: 69_500, currency: 'GBP' } }])
    await at.dispute(captured.capture?.reference as string, 'lost')
    expect((await at.provider.look(captured.reference))?.disputes).toMatchObject([{ state: 'LOST' }])
  })

  describe('when a call fails', () => {
    it('an answer that never comes is UNKNOWN; the same key finds what was opened, and so does our id once it is paid', async () => {
      const impatient = at.connect({ limits: { timeoutMs: 1_000 } })
      await impatient.look('0AB12345CD678901E')
      await at.arm('open', 'timeout_after')
      expect(await failureOf(impatient.open(orderOf(paymentId)))).toBe('UNKNOWN timeout')
      const opened = await at.provider.open(orderOf(paymentId))
      await at.pay(opened.reference)
      const found = await at.provider.findByPaymentId(paymentId, new Date(Date.now() - 60_000))
      expect(found?.reference).toBe(opened.reference)
      expect(await at.provider.findByPaymentId(randomUUID(), new Date(Date.now() - 60_000))).toBeNull()
    })

    it('a refund whose answer is lost is UNKNOWN, and there all the same', async () => {
      const reference = (await paid()).capture?.reference as string
      const refundId = randomUUID()
      await at.arm('refund', 'reset_after')
      expect(await failureOf(at.provider.refund(refundOf(reference, refundId)))).toBe('UNKNOWN connection_lost')
      expect(await at.provider.refundsOf(reference)).toMatchObject([{ refundId, state: 'SUCCEEDED' }])
      await at.provider.refund(refundOf(reference, refundId))
      expect(await at.refunds()).toHaveLength(1)
    })

    it('half an answer is UNKNOWN, and the process lives on', async () => {
      await at.arm('open', 'malformed')
      expect(await failureOf(at.provider.open(orderOf(paymentId)))).toBe('UNKNOWN malformed')
      expect((await at.provider.open(orderOf(paymentId))).state).toBe('REQUIRES_ACTION')
      await at.arm('look', 'malformed')
      expect(await failureOf(at.provider.look('0AB12345CD678901E'))).toBe('UNKNOWN malformed')
    })

    it('being told to slow down is UNAVAILABLE, with the time to wait', async () => {
      await at.arm('open', 'http_429')
      const failure = await at.provider.open(orderOf(paymentId)).catch((error: UpstreamFailure) => error)
      expect(failure).toMatchObject({ kind: 'UNAVAILABLE', code: 'rate_limited', retryAfterSeconds: 1 })
    })

    it('a 503 did nothing and a 500 nobody knows about', async () => {
      await at.arm('open', 'http_503')
      expect(await failureOf(at.provider.open(orderOf(paymentId)))).toMatch(/^UNAVAILABLE/)
      await at.arm('open', 'http_500')
      expect(await failureOf(at.provider.open(orderOf(paymentId)))).toMatch(/^UNKNOWN/)
    })

    it('a look is repeated until it is answered', async () => {
      const { reference } = await at.provider.open(orderOf(paymentId))
      await at.arm('look', 'http_500', 2)
      expect((await at.provider.look(reference))?.reference).toBe(reference)
    })

    it('a wrong key of ours is UNAVAILABLE: nothing was done, and it is not the buyer’s fault', async () => {
      const misconfigured = at.connect({ secret: 'sk_wrong' })
      expect(await failureOf(misconfigured.open(orderOf(paymentId)))).toBe('NOT_PERMITTED misconfigured')
    })

    it('a host that is not there is UNAVAILABLE', async () => {
      const elsewhere = at.connect({ baseUrl: await addressOfNobody() })
      expect(await failureOf(elsewhere.open(orderOf(paymentId)))).toMatch(/^UNAVAILABLE/)
    })

    it('one failing call after another opens the breaker, which says so', async () => {
      const provider = at.connect({ limits: { breakerWindow: 4 } })
      await at.arm('open', 'http_500', 2)
      expect(provider.state()).toBe('closed')
      await failureOf(provider.open(orderOf(paymentId)))
      await failureOf(provider.open(orderOf(paymentId)))
      expect(provider.state()).toBe('open')
      expect(await failureOf(provider.open(orderOf(paymentId)))).toBe('UNAVAILABLE breaker_open')
    })
  })

  describe('its events', () => {
    const eventsSince = async (ms: number) => {
      const events = at.provider.lists.find(({ name }) => name === 'events')
      const found: ProviderEvent[] = []
      for await (const { entries } of events!.pagesSince(new Date(ms))) found.push(...entries)
      return found
    }

    it('verifies what the provider sends, and names the payment', async () => {
      const { reference } = await paid()
      const listed = await eventsSince(Date.now() - 60_000)
      expect(listed.length).toBeGreaterThan(0)
      const arrived = await at.inbox.until((all) => listed.every(({ id }) => all.some(({ body }) => body.includes(id))))
      const events = await Promise.all(
        arrived.map(({ body, headers }) => at.provider.verifyEvent(Buffer.from(body), headers, new Date())),
      )
      const relevant = events.filter((event) => event.relevant)
      expect(relevant.length).toBeGreaterThan(0)
      for (const event of relevant) {
        expect(event.paymentId === paymentId || event.references.includes(reference)).toBe(true)
      }
      expect(events.filter(({ id }) => listed.some((one) => one.id === id))).toEqual(expect.arrayContaining(listed))
      expect(JSON.stringify(events)).not.toMatch(/4242|example\.(org|com)|Buyer/)
    })

    it('lists what webhooks may have missed, newest first and with the same ids', async () => {
      const captured = await paid()
      await at.provider.refund(refundOf(captured.capture?.reference as string, randomUUID()))
      const events = await eventsSince(Date.now() - 60_000)
      const arrived = await at.inbox.until((all) => events.every(({ id }) => all.some(({ body }) => body.includes(id))))
      expect(events.length).toBeGreaterThanOrEqual(3)
      expect(arrived.length).toBeGreaterThanOrEqual(events.length)
      const times = events.map(({ createdAt }) => createdAt.getTime())
      expect(times).toEqual([...times].sort((one, other) => other - one))
      expect(events.every(({ relevant }) => relevant)).toBe(true)
      expect(await eventsSince(Date.now() + 60_000)).toEqual([])
    })
  })

  it('tells of each call once, by the provider’s name', async () => {
    await paid()
    expect(at.reports.length).toBeGreaterThanOrEqual(2)
    expect(new Set(at.reports.map(({ upstream }) => upstream)).size).toBe(1)
    expect(at.reports.every(({ outcome }) => outcome === 'ok')).toBe(true)
  })
})
