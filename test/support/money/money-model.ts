/** Models random lives as commands for fast-check. */
import fc from 'fast-check'
import { uuidOf } from '../../../src/graph/contract/global-id.ts'
import { completePayment, deferEnrolment, enrol, linked, newRun, pay } from '../world/study.ts'
import type { World } from '../world/world.ts'
import { brokenMeanwhile } from './invariants.ts'

/** How much there is; what becomes of it the real world decides, and the invariants judge. */
export interface Model {
  enrolments: number
}

/** An enrolment that somebody has begun. */
export interface Begun {
  persona: string
  run: { id: string; uuid: string }
  id: string
  /** Of its payments, oldest first, each with the page where it is paid. */
  payments: { id: string; page: string }[]
  /** Keys by which its refunds were asked for. */
  refundKeys: string[]
}

export interface Real {
  world: World
  learners: string[]
  runs: { id: string; uuid: string }[]
  begun: Begun[]
  /** What the last `enrol` of each learner on each run was asked with. */
  keys: Map<string, string>
}

let lives = 0

/** How it begins for a learner: who has paid already, by which method and with which card or instrument. */
export interface Beginning {
  method: string
  by: string
  /** Whether the jobs have run since. */
  registered: boolean
}

/** Two learners before two runs, of which one has a single place; on the other each has paid already. */
export async function newLives(world: World, beginnings: readonly Beginning[], model: Model): Promise<Real> {
  const life = lives++
  const learners = [await linked(world, `lives-${life}-ida`), await linked(world, `lives-${life}-jim`)]
  const runs = [await newRun(world, { capacity: 1 }), await newRun(world)]
  const real: Real = { world, learners, runs, begun: [], keys: new Map() }
  for (const [learner, { method, by, registered }] of beginnings.entries()) {
    await enrolAs(real, model, { learner, run: 1, method, again: false })
    const { persona, payments } = real.begun[learner] as Begun
    await pay(world, payments[0]?.page as string, by)
    await completePayment(world, persona, payments[0]?.id as string)
    if (registered) await world.settle()
  }
  return real
}

export type Deed = fc.AsyncCommand<Model, Real>

interface Doing {
  name: string
  /** What it is done with, for the report of a failure. */
  facts: Record<string, unknown>
  /** Whether it needs an enrolment to act upon. */
  onEnrolment: boolean
  act(real: Real, model: Model): Promise<unknown>
}

/** A command that, once it has acted, asks for the rules that hold at any time. */
export function deed({ name, facts, onEnrolment, act }: Doing): Deed {
  return {
    check: ({ enrolments }) => !onEnrolment || enrolments > 0,
    async run(model, real) {
      await act(real, model)
      const broken = await brokenMeanwhile(real.world)
      if (broken.length > 0) throw new Error(`after ${name} ${JSON.stringify(facts)}: ${broken.join('; ')}`)
    },
    toString: () => `${name}(${JSON.stringify(facts)})`,
  }
}

/** Enrols, with the key of the time before when `again`: which must find the same enrolment. */
export async function enrolAs(
  { world, learners, runs, begun, keys }: Real,
  model: Model,
  wish: { learner: number; run: number; method: string; again: boolean },
): Promise<void> {
  const [persona, run] = [learners[wish.learner] as string, runs[wish.run] as Real['runs'][number]]
  const slot = `${persona} ${wish.run} ${wish.method}`
  const known = keys.get(slot)
  const key = (wish.again && known) || `${slot} ${keys.size} ${begun.length} ${model.enrolments}`
  const { enrolment, payment } = await enrol(world, persona, run.id, {
    paymentMethod: wish.method,
    idempotencyKey: key,
  })
  if (payment === null) return
  keys.set(slot, key)
  const before = begun.find(({ id }) => id === enrolment.id)
  if (before) return keepPage(before, payment)
  const made: Begun = { persona, run, id: enrolment.id, payments: [], refundKeys: [] }
  keepPage(made, payment)
  begun.push(made)
  model.enrolments += 1
}

/** To the run that is shown as the next one, whichever life made it. */
export async function deferAs({ world, begun }: Real, model: Model, one: Begun, byOperator: boolean): Promise<void> {
  const document = 'query ($id: ID!) { node(id: $id) { ... on Enrolment { deferral { nextRun { id } } } } }'
  const { nextRun } = (await world.ask(one.persona, document, { id: one.id })).data.node.deferral
  if (nextRun === null) return
  const by = byOperator ? { who: 'operator', reason: 'Random.' } : { who: one.persona }
  const { who, ...more } = by
  const { enrolment } = await deferEnrolment(world, who, one.id, { courseRunId: nextRun.id, ...more })
  if (enrolment === null || begun.some(({ id }) => id === enrolment.id)) return
  begun.push({
    ...one,
    run: { id: nextRun.id, uuid: await uuidOfRun(world, nextRun.id) },
    id: enrolment.id,
    refundKeys: [],
  })
  model.enrolments += 1
}

/** The partner's name of a run. */
async function uuidOfRun(world: World, id: string): Promise<string> {
  const rows = await world.app.orm.em
    .fork()
    .execute<{ uuid: string }[]>('select partner_uuid as uuid from course_run where id = ?', [uuidOf('CourseRun', id)])
  return rows[0]?.uuid ?? ''
}

/** A payment, and its page once that is known. */
export function keepPage(one: Begun, payment: { id: string; action: { redirectUrl: string } | null }): void {
  const known = one.payments.find(({ id }) => id === payment.id)
  const page = payment.action?.redirectUrl ?? ''
  if (known) known.page ||= page
  else one.payments.push({ id: payment.id, page })
}

/** One of those begun, whichever the number stands for. */
export const pick = ({ begun }: Real, at: number): Begun => begun[at % begun.length] as Begun
