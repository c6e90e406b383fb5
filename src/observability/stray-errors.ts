/** Decides which errors that nobody awaited the process outlives, and ends it for the rest. */
import { isStoreAway } from '../values/store-away.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import type { Logger } from './log.ts'

/** Of sockets, streams, TLS and HTTP parsing: the other end did something, and what was to go there has failed alone. */
const ofConnections = /^(ERR_STREAM_(DESTROYED|PREMATURE_CLOSE|WRITE_AFTER_END)$|ERR_(SOCKET|SSL|TLS)_|HPE_|UND_ERR_)/
/** The clients of PostgreSQL and Redis, which read what is sent to them in the event of a socket. */
const ofStores = /\/node_modules\/(pg|pg-pool|pg-protocol|ioredis|redis-parser)\//

/** The file in which it was thrown: the first frame that is not Node's own. */
function thrownIn(stack: unknown): string {
  const frames = String(stack)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
  return frames.find((line) => !line.includes('node:')) ?? ''
}

/**
 * Why the process goes on after an error that nobody awaited; null when it may not. What comes from outside leaves nothing
 * in memory half done:
 * - a connection or a disk that fails: whoever used it fails by itself, and the next use opens it again;
 * - PostgreSQL's refusals: its transaction is rolled back, a job that it leaves locked is freed and runs again;
 * - an upstream's failure: a row says what was to be done, and its job looks again;
 * - what the clients of PostgreSQL and Redis make of bytes that are none: their connection's own timeout ends it.
 */
export function outlived(error: unknown): string | null {
  const { code, syscall, severity, stack } = (error ?? {}) as Record<string, unknown>
  if (isStoreAway(error) || typeof severity === 'string') return 'the store failed it'
  if (isUpstreamFailure(error)) return 'an upstream failed it'
  if (typeof syscall === 'string' || (typeof code === 'string' && ofConnections.test(code))) return 'a connection broke'
  return ofStores.test(thrownIn(stack)) ? 'a store answered what cannot be read' : null
}

/**
 * Hears what nobody awaited. `isPlaced` recognises errors that have their place in an answer. Anything that is not from
 * outside is a fault of our own: what is in memory can be trusted no more, and `end` is called once that is in the log.
 */
export function hearStrayErrors(log: Logger, isPlaced: (error: unknown) => boolean, end: () => void): void {
  const hear = (error: unknown) => {
    if (isPlaced(error)) return
    const why = outlived(error)
    if (why !== null) return log.error({ err: error }, `an error that nobody awaited; the gateway goes on, for ${why}`)
    log.fatal({ err: error }, 'a fault of our own that nobody awaited; the gateway ends, for its memory may be wrong')
    end()
  }
  process.on('unhandledRejection', hear)
  process.on('uncaughtException', hear)
}
