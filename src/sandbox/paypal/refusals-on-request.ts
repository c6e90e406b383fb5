/** Refuses the next PayPal call with a chosen issue when asked to. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Issue, issues, type PaypalRefusal, refused } from './refusal.ts'

/** The issues that wait for their calls, first asked for, first served. */
export class RefusalsOnRequest {
  private waiting: { operation: string; issue: Issue; times: number }[] = []

  arm(operation: string, issue: Issue, times: number): void {
    this.waiting.push({ operation, issue, times })
  }

  clear(): void {
    this.waiting = []
  }

  /** The refusal of this call, if one is armed; counted down. */
  take(operation: string): PaypalRefusal | undefined {
    const found = this.waiting.find((armed) => armed.operation === operation)
    if (!found) return undefined
    found.times -= 1
    this.waiting = this.waiting.filter((armed) => armed.times > 0)
    return refused(found.issue)
  }
}

/** Serves POST and DELETE /_sandbox/refusals: `{operation, issue, times}` refuses with 422 and does nothing. */
export function registerRefusalControl(
  app: FastifyInstance,
  refusals: RefusalsOnRequest,
  operations: readonly string[],
): void {
  const request = z.object({
    operation: z.enum(operations),
    issue: z.enum(Object.keys(issues) as [Issue, ...Issue[]]),
    times: z.int().min(1).max(10_000).default(1),
  })
  app.post('/_sandbox/refusals', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    refusals.arm(asked.data.operation, asked.data.issue, asked.data.times)
    return asked.data
  })
  app.delete('/_sandbox/refusals', async (_call, reply) => {
    refusals.clear()
    return reply.code(204).send()
  })
}
