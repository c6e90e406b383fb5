/** Calls the Stripe sandbox with Stripe's SDK and acts for buyer and clock. */
import Stripe from 'stripe'
import { type StripeSandboxOptions, startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import { post } from './sandbox-inbox.ts'

export const options = { host: '127.0.0.1', port: 0, secretKey: 'sk_test_1', webhookSecret: 'whsec_test' }

type Wish = Partial<Stripe.Checkout.SessionCreateParams>

/** The SDK, pointed at a sandbox; it repeats nothing by itself but what a closed connection cut off. */
export function connect(url: string, key = options.secretKey, timeout = 5_000): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, timeout, telemetry: false })
}

/** A session over 125 pounds, with our id in its metadata. */
export const wish = (more: Wish = {}): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  allowed_payment_method_types: ['card'],
  payment_method_options: { card: { restrictions: { brands_blocked: ['discover_global_network'] } } },
  line_items: [
    {
      price_data: { currency: 'gbp', unit_amount: 12_500, product_data: { name: 'Übersicht & "more"' } },
      quantity: 1,
    },
  ],
  success_url: 'http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}&x=1',
  cancel_url: 'http://127.0.0.1:9/cancelled',
  metadata: { payment_id: 'p-1' },
  payment_intent_data: { metadata: { payment_id: 'p-1' } },
  customer_email: 'ada@example.org',
  ...more,
})

/** Starts a sandbox whose clock the test moves, and a client for it. */
export async function openStripe(more: Partial<StripeSandboxOptions> = {}) {
  let now = new Date()
  const sandbox = await startStripeSandbox({ ...options, now: () => now, ...more })
  const stripe = connect(sandbox.url)
  const control = (path: string, body: unknown = {}) => post(`${sandbox.url}/_sandbox/${path}`, body)
  const open = (more?: Wish) => stripe.checkout.sessions.create(wish(more))
  const pay = (session: string, body: unknown = {}) => control(`checkout/${session}`, body)
  return {
    sandbox,
    stripe,
    control,
    open,
    pay,
    now: () => now,
    later(ms: number) {
      now = new Date(now.getTime() + ms)
    },
    arm: (operation: string, fault: string, times = 1) => control('faults', { operation, fault, times }),
    /** Newest first. */
    eventTypes: async () => (await stripe.events.list({ limit: 100 })).data.map((event) => event.type as string),
    /** Opens and pays a session; answers it with its intent and charge. */
    async paid(card: string, more?: Wish) {
      const { id } = await open(more)
      await pay(id, { card })
      const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
      const intent = session.payment_intent as Stripe.PaymentIntent
      return { session, intent, charge: intent.latest_charge as Stripe.Charge }
    },
  }
}
export type StripeCaller = Awaited<ReturnType<typeof openStripe>>

/** What the SDK throws for a call that must be refused. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  return call.then(
    () => Promise.reject(new Error('the call was expected to be refused')),
    (problem: Stripe.errors.StripeError) => problem,
  )
}
