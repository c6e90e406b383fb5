/** Adds the gauge of how long the oldest message waits to be sent. */
import type { Metrics } from '../observability/metrics.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { statement } from '../reading/statement.ts'

const oldestUnsent = statement<{ createdAt: string | null }>(
  'oldest-unsent-message',
  `select min(created_at)::text as created_at from outgoing_message where sent_at is null and refusal is null`,
)

/** By the clock that messages are written by. */
export function addMessageGauge(metrics: Metrics, read: ReadConnection, now: () => Date): void {
  metrics.addGauge({
    name: 'gateway_messages_oldest_unsent_seconds',
    help: 'How long the oldest message to a learner has waited to be sent.',
    read: async () => {
      const at = (await read.row(oldestUnsent))?.createdAt ?? null
      return [{ value: at === null ? 0 : Math.max(0, (now().getTime() - Date.parse(at)) / 1000) }]
    },
  })
}
