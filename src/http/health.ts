/** Serves liveness and readiness, part by part, under /health. */
import type { FastifyInstance } from 'fastify'

export interface HealthCheck {
  name: string
  /** Not ready without it. What is not required is shown only: a partner that is down takes nobody else down. */
  required: boolean
  /** Throws, or says `ok: false`, when the part does not work. `detail` is shown to anybody: no secrets. */
  check(): Promise<{ ok: boolean; detail?: string | number | object }>
}

interface Outcome {
  ok: boolean
  required: boolean
  detail?: string | number | object
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

/** Adds both routes. Live is 200 unless only a new process would help. Ready is 200 only when every required check says yes and the server is not going away. */
export function addHealthRoutes(
  fastify: FastifyInstance,
  { checks, isDraining, isStuck, timeoutMs }: HealthOptions,
): void {
  fastify.get('/health/live', async (_request, reply) => {
    const stuck = isStuck()
    return reply
      .code(stuck ? 503 : 200)
      .header('cache-control', 'no-store')
      .send({ status: stuck ? 'stuck' : 'ok' })
  })

  let running: Promise<Outcome[]> | null = null
  fastify.get('/health/ready', async (_request, reply) => {
    // Whoever asks while the checks run shares their answer.
    running ??= Promise.all(checks.map((check) => outcomeOf(check, timeoutMs))).finally(() => {
      running = null
    })
    const outcomes = await running
    const draining = isDraining()
    const ready = !draining && outcomes.every(({ ok, required }) => ok || !required)
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status: draining ? 'draining' : ready ? 'ready' : 'not ready',
        checks: Object.fromEntries(checks.map(({ name }, index) => [name, outcomes[index]])),
      })
  })
}
