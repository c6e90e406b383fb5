/** What is counted and traced of every call to another system, once it is over. */
import type { Metrics, UpstreamCall } from './metrics.ts'
import type { Tracing } from './tracing.ts'

/** The ear that adapters are handed. */
export function upstreamCallObserver(metrics: Metrics, tracing: Tracing | null): (call: UpstreamCall) => void {
  return (call) => {
    metrics.upstreamCall(call)
    const { upstream, operation, outcome, durationMs } = call
    tracing?.past(`${upstream} ${operation}`, { upstream, outcome }, durationMs, outcome !== 'ok')
  }
}
