/** Answers for liveness and readiness, part by part, under /health. */
import type { FastifyInstance } from 'fastify'

export interface HealthCheck {
  name: string
  /** Not ready without it. What is not required is shown only: a partner that is down takes nobody else down. */
  required: boolean
  /** Throws, or says `ok: false`, when the part does not work. `detail` is shown to anybody: no secrets. */
  check(): Promise<{ ok: boolean; detail?: string | number | object; missing?: readonly string[] }>
}

interface Outcome {
  ok: boolean
  required: boolean
  detail?: string | number | object
  /** What our key lacks there, by name. */
  missing?: readonly string[]
}

async function outcomeOf({ check, required }: HealthCheck, timeoutMs: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), timeoutMs)
  })
  try {
    return { required, ...(await Promise.race([check(), late])) }
  } catch (error) {
    const detail = error instanceof Error && error.message === 'late' ? `no answer within ${timeoutMs} ms` : 'failed'
    return { ok: false, required, detail }
  } finally {
    clearTimeout(timer)
  }
}

export interface HealthOptions {
  checks: readonly HealthCheck[]
  isDraining(): boolean
  /** Whether only a new process would help. */
  isStuck(): boolean
  /** A check that takes longer counts as failed, in ms. */
  timeoutMs: number
}

export interface HealthAnswer {
  status: 200 | 503
  body: object
}

export interface Health {
  /** 200 unless only a new process would help. */
  live(): HealthAnswer
  /** 200 only when every required check says yes and the server is not going away. */
  ready(): Promise<HealthAnswer>
}

/** Joins the checks into both answers. */
export function healthOf({ checks, isDraining, isStuck, timeoutMs }: HealthOptions): Health {
  const draining: HealthAnswer = { status: 503, body: { status: 'draining' } }
  const check = async (): Promise<HealthAnswer> => {
    const outcomes = await Promise.all(checks.map((one) => outcomeOf(one, timeoutMs)))
    const ready = outcomes.every(({ ok, required }) => ok || !required)
    const parts = Object.fromEntries(checks.map(({ name }, index) => [name, outcomes[index]]))
    return { status: ready ? 200 : 503, body: { status: ready ? 'ready' : 'not ready', checks: parts } }
  }
  let running: Promise<HealthAnswer> | null = null
  return {
    live: () => (isStuck() ? { status: 503, body: { status: 'stuck' } } : { status: 200, body: { status: 'ok' } }),
    async ready() {
      if (isDraining()) return draining
      // Whoever asks while the checks run shares their answer.
      running ??= check().finally(() => {
        running = null
      })
      const answer = await running
      return isDraining() ? draining : answer
    },
  }
}

/** Adds both routes to the public port, for whom that is enough. */
export function addHealthRoutes(fastify: FastifyInstance, health: Health): void {
  for (const what of ['live', 'ready'] as const) {
    fastify.get(`/health/${what}`, async (_request, reply) => {
      const { status, body } = await health[what]()
      return reply.code(status).header('cache-control', 'no-store').send(body)
    })
  }
}
