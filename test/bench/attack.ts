/** Measures another learner's dashboard, memory and liveness while one caller attacks. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { graphql } from './contestants.ts'
import type { Filled } from './filled-world.ts'
import { round } from './load.ts'
import { highWaterMb } from './processor-time.ts'
import type { Attack } from './ways.ts'
import { dashboard } from './workloads.ts'

/** Gentle, so that what is measured is no queue of the learner's own. */
const PAUSE_MS = 50
const CONNECTIONS = 2
const LIVENESS_EVERY_MS = 250
const LIVENESS_WITHIN_MS = 1000
const attacker = fileURLToPath(new URL('./attacker.ts', import.meta.url))

export interface Attacked {
  quietP99Ms: number
  p99Ms: number
  /** The most that the gateway has held before the attack, and until its end. */
  quietHighWaterMb: number
  highWaterMb: number
  livenessMissed: number
  /** The dashboard's answers that were errors. */
  wrong: number
  /** Of one core, by gateway and PostgreSQL together. */
  cores: number
  /** What the attacker was answered, with counts. */
  answered: string
}

async function isAlive(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(LIVENESS_WITHIN_MS) })
    return status === 200
  } catch {
    return false
  }
}

/** How many looks were not answered in time. */
async function missedLooks(url: string, until: Promise<unknown>): Promise<number> {
  const looks: Promise<boolean>[] = []
  let isOver = false
  until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    looks.push(isAlive(url))
    await new Promise((resolve) => setTimeout(resolve, LIVENESS_EVERY_MS))
  }
  return (await Promise.all(looks)).filter((alive) => !alive).length
}

/** The attacker's own process yields to the attacked: the cores are shared here. */
async function attackFrom(attack: Attack): Promise<string> {
  const child = spawn(
    'nice',
    ['-n', '19', process.execPath, '--disable-warning=ExperimentalWarning', attacker, JSON.stringify(attack)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let written = ''
  child.stdout.on('data', (chunk) => (written += chunk))
  await once(child, 'close')
  return written
}

/** One way, for some seconds, after as many quiet ones. */
export async function attacked(
  { there, gateway, used }: Filled,
  { seconds, ...attack }: Omit<Attack, 'url'>,
  learner: string,
): Promise<Attacked> {
  const requests = [graphql(dashboard, { first: 20 }, { authorization: `Bearer ${await there.tokenOf(learner)}` })]
  const load = () => round([gateway], requests, { seconds, connections: CONNECTIONS, pauseMs: PAUSE_MS })
  const quiet = await load()
  const quietHighWaterMb = highWaterMb(gateway.pid)
  const slow = attack.way === 'payments'
  if (slow) await there.control('stripe', 'faults', { operation: '*', fault: 'slow', times: 10_000 })
  const before = used()
  const attacking = attackFrom({ ...attack, seconds, url: gateway.url })
  const { operationsUrl = gateway.url } = gateway as { operationsUrl?: string }
  const [under, livenessMissed, answered] = await Promise.all([
    load(),
    missedLooks(operationsUrl, attacking),
    attacking,
  ])
  const after = used()
  if (slow) await there.clearFaults('stripe')
  const spentUs = after.gatewayUs - before.gatewayUs + after.postgresUs - before.postgresUs
  return {
    quietP99Ms: quiet.p99Ms,
    p99Ms: under.p99Ms,
    quietHighWaterMb,
    highWaterMb: highWaterMb(gateway.pid),
    livenessMissed,
    wrong: quiet.wrong + under.wrong,
    cores: spentUs / (seconds * 1e6),
    answered,
  }
}
