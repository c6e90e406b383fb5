/** Runs one cell of the crash matrix: a way broken at one call. */
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import type { Fault } from '../../../src/sandbox/faults.ts'
import { enrolmentOf } from '../world/study.ts'
import type { World } from '../world/world.ts'
import { type Method, type Step, setOut, type Walk, type Way, ways } from './chaos-ways.ts'
import { brokenInvariants } from './invariants.ts'

export const faults = [
  ...(['timeout_before', 'timeout_after', 'reset_before', 'reset_after'] as const),
  ...(['http_500', 'http_503', 'http_429', 'malformed', 'slow'] as const),
] satisfies readonly Fault[]

/** Short enough that silence costs little, and with a breaker that a burst of faults does not open. */
export const quickCalls = { timeoutMs: 600, liveTimeoutMs: 600, breakerWindow: 1_000 }

export type Box = 'stripe' | 'paypal' | 'partner'

/** One cell of the matrix. */
export interface Cell {
  method: Method
  /** Which of `ways` is gone, and at which of its steps the fault is armed. */
  way: Way
  step: string
  box: Box
  operation: string
  /** Whether the payment providers' webhooks come late or never. */
  webhooks: 'hold' | 'drop'
}

type Calls = [way: Way, step: string, box: Box, operations: string[]][]

/** Each call that a step makes, with the sandbox that answers it. */
const calls: Record<Method, Calls> = {
  CARD: [
    ['study', 'open', 'stripe', ['checkout.sessions.create']],
    ['study', 'take', 'stripe', ['checkout.sessions.retrieve', 'refunds.list']],
    ['study', 'refund', 'stripe', ['refunds.create']],
    ['staff', 'refund part', 'stripe', ['refunds.create']],
    ['staff', 'refund rest', 'stripe', ['refunds.create']],
    ['full', 'compensate', 'stripe', ['refunds.create']],
    ['change', 'cancel', 'stripe', ['checkout.sessions.expire']],
    ['leave', 'leave', 'stripe', ['checkout.sessions.expire']],
    ['lost', 'reconcile', 'stripe', ['events.list', 'checkout.sessions.retrieve']],
  ],
  PAYPAL: [
    ['study', 'open', 'paypal', ['orders.create']],
    ['study', 'take', 'paypal', ['orders.get', 'orders.capture', 'disputes.list']],
    ['study', 'refund', 'paypal', ['captures.refund']],
    ['staff', 'refund part', 'paypal', ['captures.refund']],
    ['staff', 'refund rest', 'paypal', ['captures.refund']],
    ['full', 'compensate', 'paypal', ['captures.refund']],
    ['change', 'cancel', 'paypal', ['orders.get']],
    ['leave', 'leave', 'paypal', ['orders.get']],
    ['lost', 'reconcile', 'paypal', ['webhooks_events.list', 'orders.capture']],
  ],
}
const partnerCalls: Calls = [
  ['study', 'open', 'partner', ['program_runs.availability']],
  ['study', 'register', 'partner', ['program_enrolments.find', 'program_enrolments.create']],
  ['study', 'complete', 'partner', ['program_enrolments.get']],
  ['study', 'refund', 'partner', ['program_enrolments.deactivate']],
]

/** Whether the cell is about money that comes; the others are about money that goes back, or never comes. */
export const isPaying = ({ step }: Cell): boolean =>
  ['open', 'take', 'register', 'complete', 'reconcile'].includes(step)

/** The whole matrix of a method but for the faults. */
export function cells(method: Method): Cell[] {
  return [...calls[method], ...partnerCalls].flatMap(([way, step, box, operations]) =>
    operations.flatMap((operation) =>
      told(way, step, box).map((webhooks) => ({ method, way, step, box, operation, webhooks })),
    ),
  )
}

/** While money comes, hearing of it late and never hearing of it are two things. */
function told(way: Way, step: string, box: Box): readonly Cell['webhooks'][] {
  if (way === 'lost') return ['drop']
  return box !== 'partner' && (step === 'open' || step === 'take') ? ['hold', 'drop'] : ['hold']
}

/** What became of a cell: where it came to rest after the fault, where in the end, and the rules that were broken. */
export interface Outcome {
  afterFault: string
  end: string
  broken: string[]
}

/** How many calls in a row fail: more than are repeated within one attempt of a job, fewer than attempts of it. */
const IN_A_ROW = 4

/** Goes the cell's way in a world of its own clock and database, with the fault on it; any number one after the other. */
export async function walk(world: World, cell: Cell, fault: Fault): Promise<Outcome> {
  return goThrough(world, cell, async (step, walking) => {
    await world.control(cell.box, 'faults', { operation: cell.operation, fault, times: IN_A_ROW })
    await go(step, walking)
    const left = await recover(world, cell.box)
    if (left === IN_A_ROW) throw new Error(`${cell.step} never calls ${cell.operation}`)
  })
}

/** The cell's way, with its step gone by `goBroken`: in whatever manner it is broken, all has recovered after it. */
export async function goThrough(
  world: World,
  cell: Pick<Cell, 'method' | 'way' | 'step' | 'webhooks'>,
  goBroken: (step: Step, walking: Walk) => Promise<void>,
): Promise<Outcome> {
  const walking = await setOut(world, cell.method)
  const outcome: Outcome = { afterFault: '', end: '', broken: [] }
  for (const box of ['stripe', 'paypal'] as const) await world.control(box, 'webhooks', { mode: cell.webhooks })
  const steps: readonly Step[] = ways[cell.way]
  for (const step of steps) {
    if (step.name !== cell.step) {
      await go(step, walking)
      continue
    }
    await goBroken(step, walking)
    outcome.afterFault = await restingPlace(walking)
    outcome.broken = await newlyBroken(world)
    if (!step.rest.includes(outcome.afterFault))
      outcome.broken.push(`${outcome.afterFault} is not where ${step.name} ends`)
  }
  outcome.end = await restingPlace(walking)
  const last = steps.at(-1) as Step
  if (!last.rest.includes(outcome.end)) outcome.broken.push(`${outcome.end} is not where ${last.name} ends`)
  outcome.broken.push(...(await newlyBroken(world)))
  return outcome
}

async function go(step: Step, walking: Walk): Promise<void> {
  await step.begin?.(walking)
  await step.ask?.(walking)
  await step.meanwhile?.(walking)
  if (step.jobs) await walking.world.settle()
}

/** What earlier walks in this world have told of already is not told again: each fault answers for itself. */
const toldBefore = new WeakMap<World, Set<string>>()

async function newlyBroken(world: World): Promise<string[]> {
  const known = toldBefore.get(world) ?? new Set()
  toldBefore.set(world, known)
  const found = (await brokenInvariants(world)).filter((one) => !known.has(one))
  for (const one of found) known.add(one)
  return found
}

/**
 * The jobs run into what is left of the fault; then all is well again: jobs, one reconciliation, jobs. Answers how many
 * calls the fault still waited for.
 */
export async function recover(world: World, box: Box): Promise<number> {
  await world.settle()
  const left = await world.clearFaults(box)
  // What waits a moment before it looks again does so now.
  world.pass(1)
  await world.settle()
  await reconcile(world.app.systemContext('chaos'), { apply: true })
  await world.settle()
  return left
}

/** Status of the enrolment, of its payments and of their refunds. */
export async function restingPlace({ world, persona, enrolmentId }: Walk): Promise<string> {
  const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
  return [
    status,
    ...payments.flatMap((payment: { status: string; refunds: { status: string }[] }) => [
      payment.status,
      ...payment.refunds.map((one) => one.status),
    ]),
  ].join('/')
}
