/** Serves POST /webhooks/:name and answers once the event is stored. */

import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { isStoreAway } from '../values/store-away.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { WebhookRefused } from '../values/webhook-refused.ts'

export interface WebhookReceiver {
  /** Last part of the path, e.g. `stripe`. */
  name: string
  maxBytes: number
  /** Media types without parameters, e.g. `application/json`. */
  contentTypes: readonly string[]
  /** Verifies and stores; throws WebhookRefused for a forgery. Anything else thrown means that it was not stored. */
  receive(rawBody: Buffer, headers: IncomingHttpHeaders): Promise<{ status: 200 | 202 }>
}

/** A restart of PostgreSQL, or of whoever serves a certificate, is mostly over within this time. */
const TRY_AGAIN_AFTER_SECONDS = 30

/** When the same works again, for what failed for others are away; null for a fault of our own. */
function retryAfterSeconds(error: unknown): number | null {
  if (isUpstreamFailure(error)) return error.retryAfterSeconds ?? TRY_AGAIN_AFTER_SECONDS
  return isStoreAway(error) ? TRY_AGAIN_AFTER_SECONDS : null
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

async function deliver(receiver: WebhookReceiver, request: FastifyRequest, reply: FastifyReply, log: Logger) {
  const about = { correlationId: request.id, webhook: receiver.name }
  if (!receiver.contentTypes.includes(mediaType(request))) {
    return reply.code(415).send({ error: `Send ${receiver.contentTypes.join(' or ')}.` })
  }
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
    return reply.code(400).send({ error: 'The body is empty.' })
  }
  try {
    const { status } = await receiver.receive(request.body, request.headers)
    return reply.code(status).send({ received: true })
  } catch (error) {
    if (error instanceof WebhookRefused) {
      log.warn({ ...about, reason: error.message }, 'webhook refused')
      return reply.code(400).send({ error: error.message })
    }
    // The sender tries again: its event is not stored.
    log.error({ ...about, err: error }, 'webhook could not be kept')
    const comesBackAfterSeconds = retryAfterSeconds(error)
    if (comesBackAfterSeconds !== null) reply.code(503).header('retry-after', comesBackAfterSeconds)
    else reply.code(500)
    return reply.send({ error: `The event was not kept; send it again. Quote ${request.id}.` })
  }
}

/** Adds one route per receiver, each with its own limit of bytes. */
export function addWebhookRoutes(fastify: FastifyInstance, receivers: readonly WebhookReceiver[], log: Logger): void {
  fastify.register(async (scope) => {
    // Signatures are over bytes: nothing is parsed here.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    for (const receiver of receivers) {
      scope.post(`/webhooks/${receiver.name}`, { bodyLimit: receiver.maxBytes }, (request, reply) =>
        deliver(receiver, request, reply, log),
      )
    }
  })
}
