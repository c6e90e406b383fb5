/** Recognises the errors by which PostgreSQL shows that it is away. */

/**
 * SQLSTATEs of a server that is no use now, though another may be: it stops, has crashed or starts (57P01 to 57P03), has
 * lost the connection (08), lacks memory, disk or connections (53, 58), or has become the replica (25006).
 */
const awayState = /^(57P0[123]|08\w{3}|53\w{3}|58\w{3}|25006)$/

/** Of the system: nobody listens, nobody is to be found, or the one at the other end has gone. */
const awayCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** What pg and its pool say without a code. */
const awayText =
  /Connection terminated|is not queryable|timeout exceeded when trying to connect|^timeout expired|Query read timeout|^Received unexpected \w+ message|connection was closed before it was open|connection (error|pool error): /

/** Whether PostgreSQL was away for what failed with this: the same works once it is back. */
export function isStoreAway(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (typeof code === 'string') return awayState.test(code) || awayCodes.has(code)
  return typeof message === 'string' && awayText.test(message)
}

/** Whether PostgreSQL has ended a statement that took longer than it may. */
export function isStoreSlow(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return code === '57014' && String(message).includes('statement timeout')
}
