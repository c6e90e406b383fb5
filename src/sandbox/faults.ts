/** Makes a sandbox fail on request: before or after its work, or without a reply. */
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'

/** Every way in which a sandbox can fail. `*_before` and `http_*` do nothing; `*_after`, `malformed` and `slow` do the work first. */
export const faultNames = [
  'timeout_before',
  'timeout_after',
  'reset_before',
  'reset_after',
  'http_500',
  'http_503',
  'http_429',
  'malformed',
  'slow',
] as const
export type Fault = (typeof faultNames)[number]

/** What a provider's operation answers. No `body` sends an empty answer; otherwise it is sent as JSON. */
export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

const SLOW_MS = 2_000
const statusOfFault = { http_429: 429, http_500: 500, http_503: 503 } as const

interface Armed {
  operation: string
  fault: Fault
  times: number
  /** What `http_429` and `http_503` say in Retry-After; by default one second and nothing. */
  retryAfterSeconds?: number | undefined
}

/** The faults that wait for their calls, first asked for, first served. */
export class Faults {
  private waiting: Armed[] = []
  /** How many slow answers are still on their way. */
  slowNow = 0

  /** Arms a fault for the next `times` calls of its operation; `*` stands for any operation. */
  arm(armed: Armed): void {
    this.waiting.push(armed)
  }

  /** Forgets every fault that is still armed. */
  clear(): void {
    this.waiting = []
  }

  /** Takes the fault of this call of `operation`, if one is armed, and counts it down. */
  take(operation: string): Armed | undefined {
    const found = this.waiting.find((armed) => armed.operation === operation || armed.operation === '*')
    if (!found) return undefined
    found.times -= 1
    this.waiting = this.waiting.filter((armed) => armed.times > 0)
    return found
  }

  list(): readonly Armed[] {
    return this.waiting
  }
}

/** One API call: what it is called, how the provider refuses it, and the work itself. */
export interface FaultyCall {
  operation: string
  /** The provider's documented error for this status; `Retry-After: 1` is added to a 429. */
  refuse: (status: 429 | 500 | 503) => Answer
  perform: () => Answer | Promise<Answer>
}

/**
 * Answers an API call, with the fault that is armed for it if there is one.
 * A silent call keeps its socket until the server closes its connections, so nothing hangs at shutdown.
 */
export async function answerWithFaults(reply: FastifyReply, faults: Faults, call: FaultyCall): Promise<FastifyReply> {
  const taken = faults.take(call.operation)
  const fault = taken?.fault
  if (fault === 'timeout_before') return reply.hijack()
  if (fault === 'reset_before') return reset(reply)
  if (fault === 'http_429' || fault === 'http_500' || fault === 'http_503') {
    const refusal = call.refuse(statusOfFault[fault])
    const seconds = taken?.retryAfterSeconds ?? (fault === 'http_429' ? 1 : undefined)
    const retryAfter: Record<string, string> =
      seconds === undefined || fault === 'http_500' ? {} : { 'retry-after': `${seconds}` }
    return send(reply, { ...refusal, headers: { ...refusal.headers, ...retryAfter } })
  }
  const answer = await call.perform()
  if (fault === 'timeout_after') return reply.hijack()
  if (fault === 'reset_after') return reset(reply)
  if (fault === 'slow') await takeLong(faults)
  if (fault === 'malformed') return sendBroken(reply, answer)
  return send(reply, answer)
}

async function takeLong(faults: Faults): Promise<void> {
  faults.slowNow += 1
  await wait(SLOW_MS, undefined, { ref: false })
  faults.slowNow -= 1
}

/** Sends an answer as it is, JSON where it has a body. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {})
  if (answer.body === undefined) return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
}

/** The 2xx of a proxy that cut the answer short: the right status and type, JSON that ends in the middle. */
function sendBroken(reply: FastifyReply, answer: Answer): FastifyReply {
  const whole = JSON.stringify(answer.body ?? {})
  return reply
    .code(answer.status < 300 ? answer.status : 200)
    .headers(answer.headers ?? {})
    .type('application/json; charset=utf-8')
    .send(whole.slice(0, Math.max(1, Math.floor(whole.length / 2))))
}

function reset(reply: FastifyReply): FastifyReply {
  reply.hijack()
  reply.raw.socket?.resetAndDestroy()
  return reply
}

/**
 * Serves POST, GET and DELETE /_sandbox/faults for these operations.
 * An unknown operation or fault is refused with 400, the field's name and what was expected.
 */
export function registerFaultControl(app: FastifyInstance, faults: Faults, operations: readonly string[]): void {
  const request = z.strictObject({
    operation: z.enum(['*', ...operations]),
    fault: z.enum(faultNames),
    times: z.int().min(1).max(10_000).default(1),
    retryAfterSeconds: z.int().min(0).max(86_400).optional(),
  })
  app.post('/_sandbox/faults', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    faults.arm(asked.data)
    return { faults: faults.list() }
  })
  app.get('/_sandbox/faults', async () => ({ faults: faults.list(), slowNow: faults.slowNow }))
  app.delete('/_sandbox/faults', async (_call, reply) => {
    faults.clear()
    return reply.code(204).send()
  })
}
