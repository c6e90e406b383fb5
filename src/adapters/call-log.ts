/** Declares the log and the metrics hook that adapters receive for their upstream calls. */
import type { Upstream } from '../values/upstream-failure.ts'

/** The part of pino that adapters use. */
export interface CallLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export type CallOutcome = 'ok' | 'refused' | 'unavailable' | 'unknown' | 'not_permitted'

/** One finished call, retries included. `operation` is one of a few dozen names, so it is safe as a metric's label. */
export interface CallReport {
  upstream: Upstream
  operation: string
  outcome: CallOutcome
  durationMs: number
}

export interface CallObservers {
  log: CallLog
  onCall: (report: CallReport) => void
  /** A caller had to wait for the upstream, or was turned away, because of what they and others ask of it already. */
  onHeldBack?: (upstream: Upstream, how: 'queued' | 'refused', caller: string) => void
}
