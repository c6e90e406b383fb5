/** The crash matrix: one learner's way from enrolling to the refund, broken at one call in one manner, and what became of it. */
import { reconcile } from '../../src/payments/reconcile.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { brokenInvariants } from './invariants.ts'
import {
  cancelEnrolment,
  completePayment,
  enrol,
  enrolmentOf,
  linked,
  newKey,
  newRun,
  pay,
  requestRefund,
} from './study.ts'
import type { World } from './world.ts'

export const faults = [
  ...(['timeout_before', 'timeout_after', 'reset_before', 'reset_after'] as const),
  ...(['http_500', 'http_503', 'http_429', 'malformed', 'slow'] as const),
] satisfies readonly Fault[]

/** Short enough that silence costs little, and with a breaker that a burst of faults does not open. */
export const quickCalls = { timeoutMs: 600, liveTimeoutMs: 600, breakerWindow: 1_000 }

export type Method = 'CARD' | 'PAYPAL'
export type Box = 'stripe' | 'paypal' | 'partner'

/** One cell of the matrix. */
export interface Cell {
  method: Method
  /** Which of `ways` is gone, and at which of its steps the fault is armed. */
  way: keyof typeof ways
  step: string
  box: Box
  operation: string
  /** Whether the payment providers' webhooks come late or never. */
  webhooks: 'hold' | 'drop'
}

/** A learner on the way. */
interface Walk {
  world: World
  cell: Cell
  persona: string
  runId: string
  runUuid: string
  key: string
  enrolmentId: string
  paymentId: string
}

interface Step {
  name: string
  act(walk: Walk): Promise<unknown>
  /** Where the enrolment is once the jobs have come to rest after it. */
  rest: readonly string[]
}

const open: Step = {
  name: 'open',
  rest: ['PENDING_PAYMENT/REQUIRES_ACTION'],
  async act(walk) {
    const { enrolment, payment } = await begin(walk)
    Object.assign(walk, { enrolmentId: enrolment.id, paymentId: payment.id })
  },
}
const begin = ({ world, persona, runId, key, cell }: Walk) =>
  enrol(world, persona, runId, { paymentMethod: cell.method, idempotencyKey: key })

/** The buyer, who has the page from a repeat of the same request when the first was not answered. */
const buy: Step = {
  name: 'buy',
  rest: ['PENDING_PAYMENT/REQUIRES_ACTION'],
  async act(walk) {
    const { payment } = await begin(walk)
    await pay(walk.world, payment.action.redirectUrl)
  },
}
const take: Step = {
  name: 'take',
  rest: ['REGISTERED/SUCCEEDED'],
  act: ({ world, persona, paymentId }) => completePayment(world, persona, paymentId),
}
const register: Step = { name: 'register', rest: ['REGISTERED/SUCCEEDED'], act: ({ world }) => world.settle() }
const complete: Step = {
  name: 'complete',
  rest: ['COMPLETED/SUCCEEDED'],
  async act({ world, persona }) {
    const name = persona.slice('learner:'.length)
    const place = (await world.partnerLedger()).enrolments.find((one) => one.external_learner_id === name)
    await world.control('partner', `program_enrolments/${place?.uuid}/result`, { status: 'passed', grade: '71' })
    await world.settle()
  },
}
const refund: Step = {
  name: 'refund',
  rest: ['REVOKED/SUCCEEDED/SUCCEEDED'],
  async act({ world, persona, enrolmentId }) {
    await requestRefund(world, persona, enrolmentId)
    await world.settle()
  },
}
/** The run is full by the time the money is there. */
const compensate: Step = {
  name: 'compensate',
  rest: ['COMPENSATED/SUCCEEDED/SUCCEEDED'],
  async act({ world, runUuid }) {
    await world.control('partner', `program_runs/${runUuid}`, { capacity: 0 })
    await world.settle()
  },
}
/** Cancelled, and paid all the same by a buyer who still has the page, if it was not closed. A session that we closed expires. */
const cancel: Step = {
  name: 'cancel',
  rest: ['CANCELLED/CANCELLED', 'CANCELLED/EXPIRED', 'COMPENSATED/SUCCEEDED/SUCCEEDED'],
  async act(walk) {
    const { payment } = await begin(walk)
    await cancelEnrolment(walk.world, walk.persona, walk.enrolmentId)
    await pay(walk.world, payment.action.redirectUrl)
    await walk.world.settle()
  },
}

export const ways = {
  study: [open, buy, take, register, complete, refund],
  full: [open, buy, take, compensate],
  change: [open, cancel],
} satisfies Record<string, Step[]>

/** Each call that a step makes, with the sandbox that answers it. */
const calls: Record<Method, [way: Cell['way'], step: string, box: Box, operations: string[]][]> = {
  CARD: [
    ['study', 'open', 'stripe', ['checkout.sessions.create']],
    ['study', 'take', 'stripe', ['checkout.sessions.retrieve', 'refunds.list']],
    ['study', 'refund', 'stripe', ['refunds.create']],
    ['full', 'compensate', 'stripe', ['refunds.create']],
    ['change', 'cancel', 'stripe', ['checkout.sessions.expire']],
  ],
  PAYPAL: [
    ['study', 'open', 'paypal', ['orders.create']],
    ['study', 'take', 'paypal', ['orders.get', 'orders.capture']],
    ['study', 'refund', 'paypal', ['captures.refund']],
    ['full', 'compensate', 'paypal', ['captures.refund']],
    ['change', 'cancel', 'paypal', ['orders.get']],
  ],
}
const partnerCalls: (typeof calls)['CARD'] = [
  ['study', 'open', 'partner', ['program_runs.availability']],
  ['study', 'register', 'partner', ['program_enrolments.find', 'program_enrolments.create']],
  ['study', 'complete', 'partner', ['program_enrolments.get']],
  ['study', 'refund', 'partner', ['program_enrolments.deactivate']],
]

/** The whole matrix of a method but for the faults. */
export function cells(method: Method): Cell[] {
  return [...calls[method], ...partnerCalls].flatMap(([way, step, box, operations]) =>
    operations.flatMap((operation) =>
      // What the providers tell makes no difference to what the partner does.
      (box === 'partner' ? (['hold'] as const) : (['hold', 'drop'] as const)).map((webhooks) => ({
        ...{ method, way, step, box, operation, webhooks },
      })),
    ),
  )
}

/** What became of a cell: where it came to rest after the fault, where in the end, and the rules that were broken. */
export interface Outcome {
  afterFault: string
  end: string
  broken: string[]
}

/** How many calls in a row fail: more than are repeated within one attempt of a job, fewer than attempts of it. */
const IN_A_ROW = 4
let walks = 0

/** Goes the cell's way in a world of its own clock and database, with the fault on it; any number one after the other. */
export async function walk(world: World, cell: Cell, fault: Fault): Promise<Outcome> {
  const persona = await linked(world, `walker-${walks++}`)
  const { id: runId, uuid: runUuid } = await newRun(world)
  const walking = { world, cell, persona, runId, runUuid, key: newKey(), enrolmentId: '', paymentId: '' }
  const outcome: Outcome = { afterFault: '', end: '', broken: [] }
  for (const box of ['stripe', 'paypal'] as const) await world.control(box, 'webhooks', { mode: cell.webhooks })
  for (const step of ways[cell.way]) {
    const faulty = step.name === cell.step
    if (faulty) await world.control(cell.box, 'faults', { operation: cell.operation, fault, times: IN_A_ROW })
    await step.act(walking)
    if (!faulty) continue
    await recover(world, cell.box)
    outcome.afterFault = await restingPlace(walking)
    outcome.broken = await newlyBroken(world)
    if (!(step.rest as readonly string[]).includes(outcome.afterFault))
      outcome.broken.push(`${outcome.afterFault} is not where ${step.name} ends`)
  }
  outcome.end = await restingPlace(walking)
  const last = ways[cell.way].at(-1) as Step
  if (!last.rest.includes(outcome.end)) outcome.broken.push(`${outcome.end} is not where ${last.name} ends`)
  outcome.broken.push(...(await newlyBroken(world)))
  return outcome
}

/** What earlier walks in this world have told of already is not told again: each fault answers for itself. */
const told = new WeakMap<World, Set<string>>()

async function newlyBroken(world: World): Promise<string[]> {
  const known = told.get(world) ?? new Set()
  told.set(world, known)
  const found = (await brokenInvariants(world)).filter((one) => !known.has(one))
  for (const one of found) known.add(one)
  return found
}

/** The jobs run into what is left of the fault; then all is well again: jobs, one reconciliation, jobs. */
export async function recover(world: World, box: Box): Promise<void> {
  await world.settle()
  await world.clearFaults(box)
  // What waits a moment before it looks again does so now.
  world.pass(1)
  await world.settle()
  await reconcile(world.app.systemContext('chaos'), { apply: true })
  await world.settle()
}

async function restingPlace({ world, persona, enrolmentId }: Walk): Promise<string> {
  const { status, payments } = await enrolmentOf(world, persona, enrolmentId)
  return [
    status,
    ...payments.flatMap((payment: { status: string; refunds: { status: string }[] }) => [
      payment.status,
      ...payment.refunds.map((one) => one.status),
    ]),
  ].join('/')
}
