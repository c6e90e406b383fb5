/** Traces each request with a span around everything that it causes. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RequestSpan, Tracing } from '../observability/tracing.ts'

/** Adds the hooks; call it before any other hook is added. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, RequestSpan>()
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const facts = { 'http.request.method': request.method, 'http.route': route, 'gateway.correlation_id': request.id }
    spans.set(request, tracing.request(`${request.method} ${route}`, request.headers, facts))
    done()
  })
  // The body is read in the socket's own context: what follows is brought back into the request's.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span) span.run(done)
    else done()
  })
  fastify.addHook('onResponse', (request, reply, done) => {
    spans.get(request)?.end(reply.statusCode)
    done()
  })
}
