/** Refuses the partner's next calls with a chosen code when asked to. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { send } from '../faults.ts'
import { ApiRefusal, problems, wrong } from './api-answers.ts'

interface Armed {
  operation: string
  status: number
  code: string
  message: string
  times: number
}

/** What waits for its calls, first asked for, first served. */
export class Refusals {
  private waiting: Armed[] = []

  arm(armed: Armed): void {
    this.waiting.push(armed)
  }

  clear(): void {
    this.waiting = []
  }

  /** Throws the refusal of this call, if one is armed; counted down. */
  check(operation: string): void {
    const found = this.waiting.find((armed) => armed.operation === operation)
    if (!found) return
    found.times -= 1
    this.waiting = this.waiting.filter((armed) => armed.times > 0)
    throw new ApiRefusal(found.status, found.code, found.message)
  }
}

/** Serves POST and DELETE /_sandbox/refusals: a definite refusal with nothing done. */
export function registerRefusals(app: FastifyInstance, refusals: Refusals, operations: readonly string[]): void {
  const request = z.strictObject({
    operation: z.enum(operations),
    status: z.int().min(400).max(499).default(422),
    code: z.string().min(1),
    message: z.string().default('Refused on request.'),
    times: z.int().min(1).max(10_000).default(1),
  })
  app.post('/_sandbox/refusals', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return send(reply, wrong(400, problems(asked.error)))
    refusals.arm(asked.data)
    return asked.data
  })
  app.delete('/_sandbox/refusals', async (_call, reply) => {
    refusals.clear()
    return reply.code(204).send()
  })
}
