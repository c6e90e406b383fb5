/** Adds the gauges of what is not known about money: unread lists and unsettled payments. */
import type { Metrics } from '../observability/metrics.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { statement } from '../reading/statement.ts'

const unreadLists = statement<{ source: string; list: string; failingSince: Date | null }>(
  'unread-lists',
  'select source, list, failing_since from list_mark order by source, list',
)
const unsettled = statement<{ count: number }>(
  'unsettled-payments',
  `select count(*)::int as count from payment where status in ('UNKNOWN', 'PROCESSING')`,
)

/** By the clock that marks are written by. */
export function addMoneyGauges(metrics: Metrics, read: ReadConnection, now: () => Date): void {
  metrics.addGauge({
    name: 'gateway_list_unread_seconds',
    help: 'How long no reading of a list has got to its end; 0 when the last one did.',
    labelNames: ['source', 'list'],
    read: async () =>
      (await read.rows(unreadLists)).map(({ source, list, failingSince }) => ({
        labels: { source, list },
        value: failingSince === null ? 0 : Math.max(0, (now().getTime() - failingSince.getTime()) / 1000),
      })),
  })
  metrics.addGauge({
    name: 'gateway_payments_unsettled',
    help: 'Payments of which it is not known yet whether the money was taken.',
    read: async () => [{ value: (await read.row(unsettled))?.count ?? 0 }],
  })
}
