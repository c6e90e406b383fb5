/** Serves GET /metrics in Prometheus's text format. */
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../observability/metrics.ts'

/** Adds the route to the public port, where that is asked for. It is for the scraper: keep it off the public load balancer. */
export function addMetricsRoute(fastify: FastifyInstance, { registry }: Metrics): void {
  fastify.get('/metrics', async (_request, reply) =>
    reply
      .header('content-type', registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics()),
  )
}
