/** Tests that a learner pays and is refunded once when a provider fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  completePayment,
  enrol,
  enrolmentOf,
  linked,
  newKey,
  newRun,
  pay,
  requestRefund,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let learners = 0
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())
beforeEach(async () => {
  for (const sandbox of ['stripe', 'paypal'] as const) await world.clearFaults(sandbox)
})

const stripe = { open: 'checkout.sessions.create', take: 'checkout.sessions.retrieve', refund: 'refunds.create' }
const payPal = { open: 'orders.create', take: 'orders.capture', refund: 'captures.refund' }
const ways = [
  { paymentMethod: 'CARD', sandbox: 'stripe', name: 'STRIPE', calls: stripe },
  { paymentMethod: 'PAYPAL', sandbox: 'paypal', name: 'PAYPAL', calls: payPal },
] as const
const faults = ['reset_after', 'malformed', 'http_500', 'http_503'] as const

describe.each(ways)('with $name', ({ paymentMethod, sandbox, name, calls }) => {
  it.each(faults)(
    'answering %s to every first call, a learner is registered, and later refunded, exactly once',
    async (fault) => {
      const persona = await linked(world, `silent-${learners++}`)
      const run = await newRun(world, { price: { minor: 7_700, currency: 'GBP' } })
      const fail = (operation: string) => world.control(sandbox, 'faults', { operation, fault })

      await fail(calls.open)
      const asked = { paymentMethod, idempotencyKey: newKey() }
      const first = await enrol(world, persona, run.id, asked)
      expect(first.userErrors).toMatchObject([{ code: 'PROVIDER_UNAVAILABLE', provider: name }])
      expect(first.enrolment.status).toBe('PENDING_PAYMENT')
      expect(['UNKNOWN', 'CREATED']).toContain(first.payment.status)
      await world.settle()
      const again = await enrol(world, persona, run.id, asked)
      expect(again).toMatchObject({ payment: { id: first.payment.id, status: 'REQUIRES_ACTION' }, userErrors: [] })

      await pay(world, again.payment.action.redirectUrl)
      await fail(calls.take)
      const completed = await completePayment(world, persona, first.payment.id)
      expect(completed.payment.status).not.toBe('FAILED')
      await world.settle()
      expect((await enrolmentOf(world, persona, first.enrolment.id)).status).toBe('REGISTERED')

      await fail(calls.refund)
      const { userErrors } = await requestRefund(world, persona, first.enrolment.id)
      expect(userErrors).toEqual([])
      await world.settle()
      const ended = await enrolmentOf(world, persona, first.enrolment.id)
      expect(ended).toMatchObject({
        status: 'REVOKED',
        payments: [{ id: first.payment.id, status: 'SUCCEEDED' }],
      })
      expect(ended.payments[0].refunds).toMatchObject([{ status: 'SUCCEEDED', amount: { amountMinor: 7_700 } }])
      const page = new URL(again.payment.action.redirectUrl)
      expect(await inTheProvidersBooks(page.origin, first.payment.id)).toEqual({ taken: [7_700], refunded: [7_700] })
    },
  )
})

interface Entry {
  id: string
  amount: number
  metadata: Record<string, string>
  charge?: string
  capture?: string
}

/** Amounts that the provider itself has for this payment. */
async function inTheProvidersBooks(origin: string, paymentId: string) {
  const uuid = Buffer.from(paymentId, 'base64url').toString().split(':')[1] as string
  const ledger = (await (await fetch(`${origin}/_sandbox/ledger`)).json()) as Record<string, Entry[]>
  const taken = (ledger.charges ?? ledger.captures ?? []).filter(({ metadata }) =>
    Object.values(metadata).includes(uuid),
  )
  const ids = taken.map(({ id }) => id)
  const refunded = (ledger.refunds ?? []).filter(({ charge, capture }) => ids.includes((charge ?? capture) as string))
  return { taken: taken.map(({ amount }) => amount), refunded: refunded.map(({ amount }) => amount) }
}
