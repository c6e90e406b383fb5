/** Starts the partner sandbox, a stateful server of the partner's HTTP API. */
import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyError } from 'fastify'
import { registerClockControl } from '../clock/clock-control.ts'
import type { LocalClock } from '../clock/local-clock.ts'
import { Faults, registerFaultControl, send } from '../faults.ts'
import { createProviderServer } from '../provider-server.ts'
import { StateFile } from '../state-file.ts'
import { registerWebhookControl, WebhookDelivery } from '../webhook-delivery.ts'
import { refusal } from './api-answers.ts'
import { apiRoutes, operations } from './api-routes.ts'
import { serveCatalogue } from './catalogue-api.ts'
import { serveControl } from './control.ts'
import { serveEnrolments } from './enrolment-api.ts'
import { partnerFrontPage } from './front-page.ts'
import { serveInvitations } from './invitation-page.ts'
import { serveMemberships } from './membership-api.ts'
import { firstState, PartnerWorld } from './partner-world.ts'
import { servePublicPages } from './public-pages.ts'
import { Refusals, registerRefusals } from './refusals.ts'
import { registerEmailControl } from './refused-emails.ts'

export interface PartnerSandboxOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  consumerKey: string
  sharedSecret: string
  webhookSecret: string
  /** Where webhooks go; without it they wait until `setWebhookUrl`. */
  webhookUrl?: string
  /** Kept there across restarts; without it everything is forgotten at the end. */
  stateFile?: string
  /** When the seeded facts last changed; without it, now. */
  seededAt?: Date
  now?: () => Date
  /** That of the local world, served too; instead of `now`. */
  clock?: LocalClock
}

export interface PartnerSandbox {
  /** Without a path; the API's base is `${url}/partners`. */
  url: string
  setWebhookUrl(url: string): void
  close(): Promise<void>
}

/** Rejects when the port is taken or the state file is not JSON. */
export async function startPartnerSandbox(options: PartnerSandboxOptions): Promise<PartnerSandbox> {
  const now = options.clock?.now ?? options.now ?? (() => new Date())
  const seededAt = options.seededAt ?? now()
  const file = await StateFile.open(options.stateFile, () => firstState(seededAt))
  const saved = () => file.saved()
  const delivery = new WebhookDelivery({
    state: file.state.webhooks,
    changed: () => file.changed(),
    sign: (body) => ({ 'X-FL-Signature': createHmac('sha256', options.webhookSecret).update(body).digest('base64') }),
    ...(options.webhookUrl === undefined ? {} : { url: options.webhookUrl }),
  })
  const world = new PartnerWorld(file, delivery, { now, seededAt })
  const faults = new Faults()
  const app = createProviderServer(partnerFrontPage)
  app.setNotFoundHandler((_request, reply) =>
    send(reply, refusal(404, 'not_found', 'There is nothing at this address.')),
  )
  app.setErrorHandler<FastifyError>((problem, _request, reply) => {
    const status = problem.statusCode ?? 500
    return send(reply, refusal(status, status < 500 ? 'invalid_request' : 'internal_error', problem.message))
  })
  const consumer = { consumerKey: options.consumerKey, sharedSecret: options.sharedSecret }
  const refusals = new Refusals()
  const serve = apiRoutes({ app, consumer, faults, refusals, saved, now })
  serveCatalogue(serve, world)
  serveMemberships(serve, world, registerEmailControl(app))
  serveEnrolments(serve, world)
  serveInvitations(app, world, saved)
  servePublicPages(app, world)
  serveControl(app, world, saved)
  registerFaultControl(app, faults, operations)
  registerRefusals(app, refusals, operations)
  registerWebhookControl(app, delivery)
  if (options.clock) registerClockControl(app, options.clock)

  const close = async () => {
    delivery.close()
    await app.close()
    await file.saved()
  }
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (problem) {
    await close()
    throw problem
  }
  const { port } = app.server.address() as AddressInfo
  world.url = `http://${options.host}:${port}`
  return { url: world.url, setWebhookUrl: (url) => delivery.setUrl(url), close }
}
