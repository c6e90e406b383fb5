/** Finds the token of a stream's caller and ends the stream with it. */
import type { Logger } from 'pino'
import type { Sender } from '../auth/authenticator.ts'
import type { Viewer } from '../auth/viewer.ts'
import { unauthenticated } from '../graph/contract/errors.ts'
import type { Metrics } from '../observability/metrics.ts'

/** How streams learn who asks, and until when. */
export interface StreamCallers {
  authenticate(authorization: string | undefined, sender: Sender): Viewer | Promise<Viewer>
  /** When the caller's token ends, and with it the stream; null for never. */
  expiryOf(viewer: Viewer): Date | null
  log: Logger
  metrics: Metrics
}

/** Node fires at once what is set for later than this, in ms: some 24 days, after which one may well connect again. */
const longestTimerMs = 2 ** 31 - 1

/** Ends a stream with its caller's token; returns how to forget it. */
export function endAt(expiresAt: Date | null, end: () => void): () => void {
  if (expiresAt === null) return () => undefined
  const timer = setTimeout(end, Math.min(longestTimerMs, Math.max(0, expiresAt.getTime() - Date.now())))
  return () => clearTimeout(timer)
}

/** The token of a first message: as `authorization` in whatever case, there or among its `headers`. */
export function authorizationIn(parameters: Record<string, unknown> | undefined): string | undefined {
  for (const fields of [parameters, parameters?.headers]) {
    for (const [name, value] of Object.entries(fields ?? {})) {
      if (name.toLowerCase() !== 'authorization' || value == null) continue
      if (typeof value === 'string') return value
      throw unauthenticated('Send the token as text, "Bearer <token>".')
    }
  }
  return undefined
}
