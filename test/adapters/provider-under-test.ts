/** Starts a payment provider's adapter and sandbox and acts for its buyers. */

import type { CallReport } from '../../src/adapters/call-log.ts'
import { payPalProvider } from '../../src/adapters/paypal/paypal-provider.ts'
import { stripeProvider } from '../../src/adapters/stripe/stripe-provider.ts'
import type { BreakerState, CallLimits } from '../../src/adapters/upstream-call.ts'
import { holdUntil } from '../../src/payments/hold-until.ts'
import type { PaymentOrder, PaymentProvider, ProviderPayment } from '../../src/payments/payment-provider.ts'
import { startPaypalSandbox } from '../../src/sandbox/paypal/start-paypal.ts'
import { startStripeSandbox } from '../../src/sandbox/stripe/start-stripe.ts'
import type { UpstreamFailure } from '../../src/values/upstream-failure.ts'
import { keptCertificates } from '../support/world/kept-keys.ts'
import { type Inbox, openInbox, post } from './sandbox-inbox.ts'

export type TestedProvider = PaymentProvider & { state(): BreakerState }

export interface LedgerLine {
  id: string
  amount: number
  currency: string
  status: string
}

export interface ProviderUnderTest {
  provider: TestedProvider
  /** Another adapter for the same sandbox. */
  connect(more: { secret?: string; limits?: Partial<CallLimits>; baseUrl?: string }): TestedProvider
  inbox: Inbox
  reports: CallReport[]
  /** As the buyer does on the provider's page. */
  pay(reference: string): Promise<void>
  /** In the dashboard; by what the adapter calls the capture. */
  refundInDashboard(captureReference: string): Promise<void>
  dispute(captureReference: string, outcome: string): Promise<void>
  arm(operation: keyof Operations, fault: string, times?: number): Promise<void>
  captures(): Promise<LedgerLine[]>
  refunds(): Promise<LedgerLine[]>
  url: string
  close(): Promise<void>
}

/** What the sandboxes call the operations that the suite makes fail. */
export interface Operations {
  open: string
  look: string
  refund: string
}

const quiet = { info: () => undefined, warn: () => undefined }
const id = { host: '127.0.0.1', port: 0 }

export async function startStripe(): Promise<ProviderUnderTest> {
  const inbox = await openInbox()
  const sandbox = await startStripeSandbox({
    ...id,
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    webhookUrl: inbox.url,
  })
  const reports: CallReport[] = []
  const connect: ProviderUnderTest['connect'] = ({ secret = 'sk_test_1', limits, baseUrl = sandbox.url }) =>
    stripeProvider({
      secretKey: secret,
      webhookSecrets: ['whsec_1'],
      baseUrl,
      log: quiet,
      onCall: (report) => reports.push(report),
      ...(limits && { limits }),
    })
  const ledger = () => read(`${sandbox.url}/_sandbox/ledger`)
  const chargeOf = async (intent: string) =>
    (await ledger()).charges.find((charge) => charge.payment_intent === intent)?.id
  return {
    inbox,
    reports,
    connect,
    provider: connect({}),
    url: sandbox.url,
    pay: (session) => control(sandbox.url, `checkout/${session}`, { card: 'visa' }),
    refundInDashboard: async (intent) => control(sandbox.url, `charges/${await chargeOf(intent)}/refund`, {}),
    dispute: async (intent, outcome) => control(sandbox.url, `charges/${await chargeOf(intent)}/dispute`, { outcome }),
    arm: armed(sandbox.url, {
      open: 'checkout.sessions.create',
      look: 'checkout.sessions.retrieve',
      refund: 'refunds.create',
    }),
    captures: async () => (await ledger()).charges,
    refunds: async () => (await ledger()).refunds,
    close: () => closeAll(sandbox, inbox),
  }
}

export async function startPayPal(): Promise<ProviderUnderTest> {
  const inbox = await openInbox()
  const client = { clientId: 'client', clientSecret: 'secret', webhookId: 'WH-1' }
  const sandbox = await startPaypalSandbox({
    ...id,
    ...client,
    webhookUrl: inbox.url,
    certificates: await keptCertificates,
  })
  const reports: CallReport[] = []
  const connect: ProviderUnderTest['connect'] = ({ secret = 'secret', limits, baseUrl = sandbox.url }) =>
    payPalProvider({
      ...client,
      clientSecret: secret,
      baseUrl,
      webUrl: baseUrl,
      extraCa: sandbox.caPem,
      log: quiet,
      onCall: (report) => reports.push(report),
      ...(limits && { limits }),
    })
  const ledger = () => read(`${sandbox.url}/_sandbox/ledger`)
  return {
    inbox,
    reports,
    connect,
    provider: connect({}),
    url: sandbox.url,
    pay: (order) => control(sandbox.url, `orders/${order}/approve`, {}),
    refundInDashboard: (capture) => control(sandbox.url, `captures/${capture}/refund`, {}),
    dispute: (capture, outcome) => control(sandbox.url, `captures/${capture}/dispute`, { outcome }),
    arm: armed(sandbox.url, { open: 'orders.create', look: 'orders.get', refund: 'captures.refund' }),
    captures: async () => (await ledger()).captures,
    refunds: async () => (await ledger()).refunds,
    close: () => closeAll(sandbox, inbox),
  }
}

/** The same for every call: the stored order is sent again as it was. */
const orderExpiresAt = holdUntil(new Date(), 35)

/** An order as a learner's enrolment makes it; what `more` says otherwise. */
export function orderOf(paymentId: string, more: Partial<PaymentOrder> = {}): PaymentOrder {
  return {
    paymentId,
    enrolmentId: '01890a5d-ac96-774b-bcce-b302099a8058',
    amount: { amountMinor: 69_500, currency: 'GBP' },
    description: 'Responsible AI in Practice',
    buyerEmail: 'ada@example.org',
    returnUrl: 'http://127.0.0.1:3000/paid?payment=1&result=returned',
    cancelUrl: 'http://127.0.0.1:3000/paid?payment=1&result=cancelled',
    expiresAt: orderExpiresAt,
    key: `${paymentId}:open:1`,
    ...more,
  }
}

/** `KIND code` of the failure, or `answered`. */
export function failureOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: UpstreamFailure) => `${error.kind} ${error.code}`,
  )
}

export async function control(url: string, path: string, body: object): Promise<void> {
  const { status, json } = await post(`${url}/_sandbox/${path}`, body)
  if (status >= 300) throw new Error(`${path} answered ${status}: ${JSON.stringify(json)}`)
}

function armed(url: string, names: Operations): ProviderUnderTest['arm'] {
  return (operation, fault, times = 1) => control(url, 'faults', { operation: names[operation], fault, times })
}

interface Ledger {
  charges: (LedgerLine & { payment_intent: string })[]
  captures: LedgerLine[]
  refunds: LedgerLine[]
}

async function read(url: string): Promise<Ledger> {
  return (await (await fetch(url)).json()) as Ledger
}

/** Where nobody listens any more. */
export async function addressOfNobody(): Promise<string> {
  const inbox = await openInbox()
  await inbox.close()
  return new URL(inbox.url).origin
}

async function closeAll(...opened: { close(): Promise<void> }[]): Promise<void> {
  for (const one of opened) await one.close()
}

/** Opened, paid by the buyer, and captured where that is ours to do. */
export async function paidAt(
  { provider, pay }: ProviderUnderTest,
  paymentId: string,
  more: Parameters<typeof orderOf>[1] = {},
): Promise<ProviderPayment> {
  const { reference } = await provider.open(orderOf(paymentId, more))
  await pay(reference)
  return provider.capture(reference, `${paymentId}:capture:1`)
}

/** A request to refund a capture, in pounds. */
export const refundOf = (captureReference: string, refundId: string, amountMinor = 69_500, attempt = 1) => ({
  refundId,
  captureReference,
  key: `${refundId}:refund:${attempt}`,
  amount: { amountMinor, currency: 'GBP' },
})
