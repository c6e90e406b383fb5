/** Recognises pages of this machine, and answers them alone on control calls. */
import type { FastifyInstance } from 'fastify'

/** Whether a web origin is a page of this machine, whatever its port. */
export function isLoopback(origin: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin)
}

/** Lets pages of this machine call what is under /_sandbox, and no others: they would move a developer's clock. */
export function openControlsToThisMachine(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-headers': asked = 'content-type' } = request.headers
    // As it was routed: an address can be written in many ways.
    const path = request.routeOptions.url ?? request.url
    if (origin === undefined || !path.startsWith('/_sandbox/')) return
    if (!isLoopback(origin))
      return reply.code(403).send({ error: `pages of ${origin} may not call this: only those of this machine may` })
    reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' })
    if (request.method !== 'OPTIONS') return
    return reply
      .code(204)
      .headers({ 'access-control-allow-methods': 'GET, POST, DELETE', 'access-control-allow-headers': asked })
      .send()
  })
}
