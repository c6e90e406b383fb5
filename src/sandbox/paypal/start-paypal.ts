/** Starts the PayPal sandbox: API, approval page, signed webhooks and control calls. */
import type { AddressInfo } from 'node:net'
import { registerClockControl } from '../clock/clock-control.ts'
import type { LocalClock } from '../clock/local-clock.ts'
import { answerWithFaults, Faults, registerFaultControl, send } from '../faults.ts'
import { Permissions, registerPermissionControl } from '../permissions.ts'
import { createProviderServer } from '../provider-server.ts'
import { RefusalsOnRequest, registerRefusalControl } from '../refusals-on-request.ts'
import { StateFile } from '../state-file.ts'
import { registerWebhookControl, WebhookDelivery } from '../webhook-delivery.ts'
import { type Client, grantToken } from './access-tokens.ts'
import { registerApprovalPage } from './approval-page.ts'
import { captureRoutes } from './captures.ts'
import { type Certificates, newCertificates } from './certificates.ts'
import { registerControl } from './control.ts'
import { disputeRoutes } from './disputes.ts'
import { eventRoutes, newEvent } from './events.ts'
import { paypalFrontPage } from './front-page.ts'
import { emptyState, type PaypalEvent, type PaypalMerchant, type PaypalState } from './merchant.ts'
import { expireOrders, orderRoutes } from './orders.ts'
import { payPalPermissions } from './permissions.ts'
import { refundRoutes } from './refunds.ts'
import { malformedJson, newDebugId, noSuch, outage, PaypalRefusal, refusalOnRequest } from './refusal.ts'
import { forgetOldReplies } from './request-ids.ts'
import { registerRoutes } from './routes.ts'
import { transmissionHeaders } from './transmission.ts'

export interface PaypalSandboxOptions extends Client {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Part of what a webhook's signature covers. */
  webhookId: string
  /** Where events are delivered; may be told later. */
  webhookUrl?: string
  /** Keeps the state, keys and certificates included, over restarts; without it, all is in memory only. */
  stateFile?: string
  /** Taken where the state has none; without them, new ones are made. */
  certificates?: Certificates
  now?: () => Date
  /** That of the local world, served too; instead of `now`. */
  clock?: LocalClock
}

export interface PaypalSandbox {
  url: string
  /** The root that signed the webhooks' certificate: a receiver must be told to trust it. */
  caPem: string
  setWebhookUrl(url: string): void
  close(): Promise<void>
}

const TICK_MS = 250
/** Longer than the local world's clock can be moved. */
const CERTIFICATES_GOOD_FOR_MS = 6 * 365 * 24 * 3_600_000

/** Starts to listen; settles once the sandbox can be called. Rejects where the port is taken. */
export async function startPaypalSandbox(options: PaypalSandboxOptions): Promise<PaypalSandbox> {
  const now = options.clock?.now ?? options.now ?? (() => new Date())
  const file = await StateFile.open(options.stateFile, emptyState)
  const certificates = await certificatesOf(file, new Date(), options.certificates)
  const merchant: PaypalMerchant = {
    state: file.state,
    url: '',
    now,
    emit(happening) {
      const event = newEvent(merchant, happening)
      merchant.list(event)
      merchant.send(event)
    },
    list(event) {
      file.state.events[event.id] = event
      file.changed()
    },
    send: (event) => deliver(event),
    changed: () => file.changed(),
  }
  const delivery = new WebhookDelivery({
    state: file.state.webhooks,
    changed: () => file.changed(),
    sign: (body) => transmissionHeaders(merchant, certificates, options.webhookId, body),
  })
  const deliver = (event: PaypalEvent) => delivery.enqueue(event.id, JSON.stringify(event))
  forgetOldReplies(merchant, now())
  const app = buildServer(merchant, { delivery, deliver, certificates, options, saved: () => file.saved() })
  await app.listen({ host: options.host, port: options.port })
  merchant.url = `http://${options.host}:${(app.server.address() as AddressInfo).port}`
  // Only now: a webhook that was left from before names the certificate's address, and that is known only now.
  if (options.webhookUrl !== undefined) delivery.setUrl(options.webhookUrl)
  const clock = setInterval(() => expireOrders(merchant), TICK_MS).unref()
  options.clock?.onMoved(() => expireOrders(merchant))
  return {
    url: merchant.url,
    caPem: certificates.rootPem,
    setWebhookUrl: (url) => delivery.setUrl(url),
    async close() {
      clearInterval(clock)
      delivery.close()
      await app.close()
      await file.saved()
    },
  }
}

/** The kept certificates, else the given ones, or new ones where a moved clock could outlive them. By real time. */
async function certificatesOf(
  file: StateFile<PaypalState>,
  now: Date,
  given: Certificates | undefined,
): Promise<Certificates> {
  const kept = file.state.certificates ?? given
  file.state.certificates =
    kept && kept.untilMs > now.getTime() + CERTIFICATES_GOOD_FOR_MS ? kept : await newCertificates(now)
  file.changed()
  return file.state.certificates
}

interface Parts {
  delivery: WebhookDelivery
  deliver: (event: PaypalEvent) => void
  certificates: Certificates
  options: PaypalSandboxOptions
  saved: () => Promise<void>
}

function buildServer(merchant: PaypalMerchant, { delivery, deliver, certificates, options, saved }: Parts) {
  const app = createProviderServer(paypalFrontPage)
  const faults = new Faults()
  const refusals = new RefusalsOnRequest<PaypalRefusal>()
  const routes = [
    ...orderRoutes(merchant),
    ...captureRoutes(merchant),
    ...refundRoutes(merchant),
    ...disputeRoutes(merchant),
    ...eventRoutes(merchant, deliver),
  ]
  const permissions = new Permissions(payPalPermissions)
  const operations = routes.map((route) => route.operation)
  app.addHook('onRequest', async () => expireOrders(merchant))
  app.post('/v1/oauth2/token', (request, reply) =>
    answerWithFaults(reply, faults, {
      operation: 'oauth2.token',
      refuse: outage,
      perform: async () => {
        const form = typeof request.body === 'string' ? request.body : ''
        const answer = grantToken(merchant, options, request.headers.authorization, form)
        await saved()
        return answer
      },
    }),
  )
  app.get<{ Params: { name: string } }>('/v1/notifications/certs/:name', async ({ params }, reply) => {
    if (params.name !== certificates.name) return reply.code(404).send(noSuch(params.name, 'name').answer('').body)
    return reply.type('application/x-pem-file').send(certificates.leafPem)
  })
  registerRoutes(app, routes, { merchant, faults, permissions, refusals, saved })
  registerApprovalPage(app, merchant, saved)
  registerControl(app, merchant, saved)
  registerFaultControl(app, faults, [...operations, 'oauth2.token'])
  registerRefusalControl(app, refusals, operations, refusalOnRequest)
  registerPermissionControl(app, permissions)
  registerWebhookControl(app, delivery)
  if (options.clock) registerClockControl(app, options.clock)
  app.setErrorHandler((problem: Error & { statusCode?: number }, _request, reply) => {
    const unreadable = problem.statusCode !== undefined && problem.statusCode < 500
    if (!unreadable) console.error(problem)
    const refusal = unreadable ? malformedJson() : new PaypalRefusal(500, [])
    return send(reply, refusal.answer(newDebugId()))
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(noSuch('', 'path').answer(newDebugId()).body))
  return app
}
