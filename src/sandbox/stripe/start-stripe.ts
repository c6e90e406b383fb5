/** Starts the Stripe sandbox: API, hosted pages, webhooks and control calls. */
import type { AddressInfo } from 'node:net'
import { registerClockControl } from '../clock/clock-control.ts'
import type { LocalClock } from '../clock/local-clock.ts'
import { Faults, registerFaultControl } from '../faults.ts'
import { Permissions, registerPermissionControl } from '../permissions.ts'
import { createProviderServer } from '../provider-server.ts'
import { RefusalsOnRequest, registerRefusalControl } from '../refusals-on-request.ts'
import { StateFile } from '../state-file.ts'
import { registerWebhookControl, WebhookDelivery } from '../webhook-delivery.ts'
import { emptyState, type StripeAccount } from './account.ts'
import { balanceRoutes } from './balance.ts'
import { chargeRoutes } from './charges.ts'
import { catchUp } from './clock.ts'
import { registerControl } from './control.ts'
import { disputeRoutes } from './disputes.ts'
import { eventRoutes, newEvent, stripeSignature } from './events.ts'
import { fraudWarningRoutes } from './fraud-warnings.ts'
import { stripeFrontPage } from './front-page.ts'
import { registerHostedPage } from './hosted-page.ts'
import { paymentIntentRoutes } from './payment-intents.ts'
import { stripePermissions } from './permissions.ts'
import { refundRoutes } from './refunds.ts'
import { refusalOnRequest, type StripeRefusal } from './refusal.ts'
import { registerRoutes } from './routes.ts'
import { sessionRoutes } from './sessions.ts'

export interface StripeSandboxOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  secretKey: string
  webhookSecret: string
  /** Where events are delivered; may be told later. */
  webhookUrl?: string
  /** Keeps the state over restarts; without it, it is in memory only. */
  stateFile?: string
  now?: () => Date
  /** That of the local world, served too; instead of `now`. */
  clock?: LocalClock
}

export interface StripeSandbox {
  url: string
  setWebhookUrl(url: string): void
  close(): Promise<void>
}

const TICK_MS = 250
/** Where the state keeps each kind of object that events are about. */
const collections = {
  'checkout.session': 'sessions',
  payment_intent: 'paymentIntents',
  charge: 'charges',
  refund: 'refunds',
  dispute: 'disputes',
  'radar.early_fraud_warning': 'fraudWarnings',
  payout: 'payouts',
} as const

/** Starts to listen; settles once the sandbox can be called. Rejects where the port is taken. */
export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const now = options.clock?.now ?? options.now ?? (() => new Date())
  const file = await StateFile.open(options.stateFile, emptyState)
  const delivery = new WebhookDelivery({
    state: file.state.webhooks,
    changed: (...path) => file.changed('webhooks', ...path),
    sign: (body) => ({ 'stripe-signature': stripeSignature(body, options.webhookSecret, now()) }),
    ...(options.webhookUrl !== undefined && { url: options.webhookUrl }),
  })
  const account: StripeAccount = {
    state: file.state,
    url: '',
    cause: undefined,
    now,
    emit(type, object, previous) {
      const event = newEvent(type, object, {
        now: now(),
        ...(account.cause && { request: account.cause }),
        ...(previous && { previous }),
      })
      account.list(event)
      file.changed(collections[object.object], object.id)
      account.send(event.id, event)
    },
    list(event) {
      file.state.events[event.id] = event
      file.changed('events', event.id)
    },
    send: (id, body) => delivery.enqueue(id, JSON.stringify(body, null, 2)),
    changed: (collection, id) => file.changed(collection, id),
  }
  const app = buildServer(account, delivery, options, () => file.saved())
  await app.listen({ host: options.host, port: options.port })
  account.url = `http://${options.host}:${(app.server.address() as AddressInfo).port}`
  const clock = setInterval(() => catchUp(account), TICK_MS).unref()
  options.clock?.onMoved(() => catchUp(account))
  return {
    url: account.url,
    setWebhookUrl: (url) => delivery.setUrl(url),
    async close() {
      clearInterval(clock)
      delivery.close()
      await app.close()
      // All of it, so that a clean stop leaves one file.
      file.changed()
      await file.saved()
    },
  }
}

function buildServer(
  account: StripeAccount,
  delivery: WebhookDelivery,
  options: StripeSandboxOptions,
  saved: () => Promise<void>,
) {
  const app = createProviderServer(stripeFrontPage)
  const faults = new Faults()
  const routes = [
    ...sessionRoutes(account),
    ...paymentIntentRoutes(account),
    ...chargeRoutes(account),
    ...refundRoutes(account),
    ...disputeRoutes(account),
    ...eventRoutes(account),
    ...balanceRoutes(account),
    ...fraudWarningRoutes(account),
  ]
  const permissions = new Permissions(stripePermissions)
  const refusals = new RefusalsOnRequest<StripeRefusal>()
  const operations = routes.map((route) => route.operation)
  app.addHook('onRequest', async () => catchUp(account))
  registerRoutes(app, routes, { account, faults, permissions, refusals, secretKey: options.secretKey, saved })
  registerHostedPage(app, account, saved)
  registerControl(app, account, saved)
  registerFaultControl(app, faults, operations)
  registerRefusalControl(app, refusals, operations, refusalOnRequest)
  registerPermissionControl(app, permissions)
  registerWebhookControl(app, delivery)
  if (options.clock) registerClockControl(app, options.clock)
  app.setNotFoundHandler((request, reply) => {
    const message = `Unrecognized request URL (${request.method}: ${request.url.split('?')[0]}).`
    return reply.code(404).send({ error: { type: 'invalid_request_error', message } })
  })
  return app
}
