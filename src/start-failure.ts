/** Words why a start failed: one sentence where its reader can mend it. */
import { errorFields } from './observability/log.ts'
import { ConfigRefused } from './values/config-refused.ts'
import { isStoreAway } from './values/store-away.ts'

/** The sentence; for what only we can mend, what the log would hold of it. */
export function reasonOfFailure(error: unknown): string | object {
  if (error instanceof ConfigRefused) return error.message
  const { code, port, syscall, message } = error as { code?: string; port?: number; syscall?: string; message?: string }
  if (code === 'EADDRINUSE') return `Port ${port} is in use; stop what listens there, or set PORT to another.`
  if (syscall === 'listen')
    return `The gateway cannot listen (${message}); set HOST and PORT to what this user may have.`
  if (isStoreAway(error)) return `PostgreSQL does not answer at DATABASE_URL (${message}); try again once it does.`
  return errorFields(error)
}
