/** Refuses a provider's next calls definitely when asked to. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** The refusals that wait for their calls, first asked for, first served. */
export class RefusalsOnRequest<Refusal> {
  private waiting: { operation: string; refusal: () => Refusal; times: number }[] = []

  arm(operation: string, times: number, refusal: () => Refusal): void {
    this.waiting.push({ operation, refusal, times })
  }

  clear(): void {
    this.waiting = []
  }

  /** The refusal of this call, if one is armed; counted down. */
  take(operation: string): Refusal | undefined {
    const found = this.waiting.find((armed) => armed.operation === operation)
    if (!found) return undefined
    found.times -= 1
    this.waiting = this.waiting.filter((armed) => armed.times > 0)
    return found.refusal()
  }
}

/** Serves POST and DELETE /_sandbox/refusals: `{operation, times}` and what the provider says, with nothing done. */
export function registerRefusalControl<Fields extends z.ZodRawShape, Refusal>(
  app: FastifyInstance,
  refusals: RefusalsOnRequest<Refusal>,
  operations: readonly string[],
  says: { fields: Fields; refusal(asked: z.output<z.ZodObject<Fields>>): Refusal },
): void {
  const facts = z.object(says.fields)
  const times = { operation: z.enum(operations), times: z.int().min(1).max(10_000).default(1) }
  const request = z.strictObject({ ...says.fields, ...times })
  app.post('/_sandbox/refusals', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    const { operation, times } = z.object({ operation: z.string(), times: z.int() }).parse(asked.data)
    const said = facts.parse(call.body)
    refusals.arm(operation, times, () => says.refusal(said))
    return asked.data
  })
  app.delete('/_sandbox/refusals', async (_call, reply) => {
    refusals.clear()
    return reply.code(204).send()
  })
}
