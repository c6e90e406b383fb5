/** Adds the gauges of how many cases are open, and since when. */
import type { Metrics } from '../observability/metrics.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { CaseKind } from './case-kind.ts'
import { caseCounts } from './loaders.ts'

/** Every kind has a value, so that nothing open is told from nothing known. By the clock that cases are written by. */
export function addCaseGauges(metrics: Metrics, read: ReadConnection, now: () => Date): void {
  const kinds = Object.values(CaseKind)
  const openByKind = async () => new Map((await caseCounts({ read })).map((one) => [one.kind, one]))
  metrics.addGauge({
    name: 'gateway_cases_open',
    help: 'Cases that wait for a person, by kind.',
    labelNames: ['kind'],
    read: async () => {
      const open = await openByKind()
      return kinds.map((kind) => ({ labels: { kind }, value: open.get(kind)?.count ?? 0 }))
    },
  })
  metrics.addGauge({
    name: 'gateway_case_oldest_seconds',
    help: 'How long the oldest open case of each kind has held.',
    labelNames: ['kind'],
    read: async () => {
      const open = await openByKind()
      return kinds.map((kind) => {
        const since = open.get(kind)?.oldestSince
        return { labels: { kind }, value: since ? Math.max(0, (now().getTime() - since.getTime()) / 1000) : 0 }
      })
    },
  })
}
