/** Counts and traces each upstream call once it has ended. */
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
