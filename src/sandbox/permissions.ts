/** Takes permissions from the gateway's key on request, until they are given back. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** Which kinds of calls are answered 403 now. `kinds` says which kind each operation is of. */
export class Permissions {
  private missing: ReadonlySet<string> = new Set()
  readonly kinds: Readonly<Record<string, readonly string[]>>

  constructor(kinds: Readonly<Record<string, readonly string[]>>) {
    this.kinds = kinds
  }

  take(missing: readonly string[]): void {
    this.missing = new Set(missing)
  }

  /** The kind that the call lacks; null when it may be made. */
  lacks(operation: string): string | null {
    for (const kind of this.missing) if (this.kinds[kind]?.includes(operation)) return kind
    return null
  }
}

/** Serves POST /_sandbox/permissions `{missing}`: all that is missing from then on. */
export function registerPermissionControl(app: FastifyInstance, permissions: Permissions): void {
  const request = z.strictObject({ missing: z.array(z.enum(Object.keys(permissions.kinds))) })
  app.post('/_sandbox/permissions', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    permissions.take(asked.data.missing)
    return asked.data
  })
}
