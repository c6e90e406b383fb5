/** Logs and measures each answered request without naming its caller. */
import type { Logger } from 'pino'
import { callerKind } from '../auth/viewer.ts'
import type { GraphRequest } from '../graph/execution/request.ts'
import type { Metrics } from '../observability/metrics.ts'

export interface AnsweredRequest {
  request: GraphRequest
  /** HTTP status; 499 when the client had gone. */
  status: number
  durationMs: number
}

/** Writes the line and counts the measure. */
export function recordAnswered(log: Logger, metrics: Metrics, { request, status, durationMs }: AnsweredRequest): void {
  const { kind, operationName, codes } = request.facts
  metrics.request({ kind, operationName, codes, durationMs })
  const line = {
    correlationId: request.correlationId,
    operationName,
    kind,
    caller: callerKind(request.viewer),
    status,
    ...(codes.length > 0 ? { codes: [...new Set(codes)] } : {}),
    durationMs: Math.round(durationMs * 10) / 10,
  }
  log.info(line, 'graphql request')
}

/** The same of a request that was refused before anybody knew who sends it: a bad token, a body that cannot be read. */
export function recordRefused(
  log: Logger,
  metrics: Metrics,
  correlationId: string,
  status: number,
  code: string,
): void {
  metrics.request({ kind: null, operationName: null, codes: [code], durationMs: 0 })
  log.info({ correlationId, status, codes: [code] }, 'graphql request refused')
}
