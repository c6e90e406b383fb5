/** What Prometheus reads of the parts when it asks: breakers, the jobs' queue, statements, subscribers. */
import type { Metrics } from './observability/metrics.ts'
import { type ReadConnection, statement } from './store/read-connection.ts'

const queue = statement<{ count: number; oldestSeconds: number }>(
  'job-queue',
  `select count(*)::int as count, coalesce(extract(epoch from now() - min(run_at)), 0)::int as oldest_seconds
   from graphile_worker.jobs where run_at <= now()`,
)
const breakerValues = { closed: 0, 'half-open': 1, open: 2 }

/** Adds the gauges; each is read only when asked for. */
export function addGauges(
  metrics: Metrics,
  parts: { read: ReadConnection; breakers(): Record<string, keyof typeof breakerValues>; subscribers(): number },
): void {
  const waiting = () => parts.read.row(queue)
  metrics.addGauge({
    name: 'gateway_breaker_state',
    help: 'Breaker of each other system: 0 closed, 1 half-open, 2 open.',
    labelNames: ['upstream'],
    read: () =>
      Object.entries(parts.breakers()).map(([upstream, state]) => ({
        labels: { upstream },
        value: breakerValues[state],
      })),
  })
  metrics.addGauge({
    name: 'gateway_jobs_due',
    help: 'Jobs that are due and wait.',
    read: async () => [{ value: (await waiting())?.count ?? 0 }],
  })
  metrics.addGauge({
    name: 'gateway_jobs_oldest_due_seconds',
    help: 'How long the oldest due job has waited.',
    read: async () => [{ value: (await waiting())?.oldestSeconds ?? 0 }],
  })
  metrics.addGauge({
    name: 'gateway_read_statements',
    help: 'Statements sent on the read connection since the start.',
    read: () => [{ value: parts.read.sent }],
  })
  metrics.addGauge({
    name: 'gateway_subscribers',
    help: 'Subscriptions that wait for a change.',
    read: () => [{ value: parts.subscribers() }],
  })
}
