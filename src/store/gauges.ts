/** Adds the gauges that Prometheus reads: breakers, job queue, connections and subscribers. */
import type { Pool } from 'pg'
import type { Metrics } from '../observability/metrics.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { statement } from '../reading/statement.ts'

const queue = statement<{ due: number; oldestSeconds: number; givenUp: number }>(
  'job-queue',
  `select count(*) filter (where attempts < max_attempts and run_at <= now())::int as due,
     coalesce(extract(epoch from now() - min(run_at) filter (where attempts < max_attempts and run_at <= now())), 0)::int
       as oldest_seconds,
     count(*) filter (where attempts >= max_attempts)::int as given_up
   from graphile_worker.jobs`,
)
const breakerValues = { closed: 0, 'half-open': 1, open: 2 }

/** Adds the gauges; each is read only when asked for. */
export function addGauges(
  metrics: Metrics,
  parts: {
    read: ReadConnection
    pools: Record<string, Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>>
    breakers(): Record<string, keyof typeof breakerValues>
    subscribers(): number
  },
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
    read: async () => [{ value: (await waiting())?.due ?? 0 }],
  })
  metrics.addGauge({
    name: 'gateway_jobs_oldest_due_seconds',
    help: 'How long the oldest due job has waited.',
    read: async () => [{ value: (await waiting())?.oldestSeconds ?? 0 }],
  })
  metrics.addGauge({
    name: 'gateway_jobs_given_up',
    help: 'Jobs that failed as often as they may: somebody has to look.',
    read: async () => [{ value: (await waiting())?.givenUp ?? 0 }],
  })
  metrics.addGauge({
    name: 'gateway_pool_connections',
    help: 'Connections of each pool by use; `waiting` counts who waits for one.',
    labelNames: ['pool', 'use'],
    read: () =>
      Object.entries(parts.pools).flatMap(([pool, { totalCount, idleCount, waitingCount }]) => [
        { labels: { pool, use: 'busy' }, value: totalCount - idleCount },
        { labels: { pool, use: 'idle' }, value: idleCount },
        { labels: { pool, use: 'waiting' }, value: waitingCount },
      ]),
  })
  metrics.addGauge({
    name: 'gateway_read_statements_pending',
    help: 'Statements on the read connection that are not answered yet.',
    read: () => [{ value: parts.read.pending }],
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

/** Adds what each cache holds, and how often kept answers served. */
export function addCacheGauges(
  metrics: Metrics,
  caches: Record<string, () => number>,
  answers: { readonly served: number; readonly missed: number },
): void {
  metrics.addGauge({
    name: 'gateway_cache_size',
    help: 'What each cache holds: answers and tokens by entry, documents and operations by one each.',
    labelNames: ['cache'],
    read: () => Object.entries(caches).map(([cache, size]) => ({ labels: { cache }, value: size() })),
  })
  metrics.addGauge({
    name: 'gateway_answer_cache_lookups',
    help: 'Anonymous questions about the catalogue since the start, by whether a kept answer served.',
    labelNames: ['served'],
    read: () => [
      { labels: { served: 'yes' }, value: answers.served },
      { labels: { served: 'no' }, value: answers.missed },
    ],
  })
}
