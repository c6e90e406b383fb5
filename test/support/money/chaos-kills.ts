/** Kills a gateway at a chosen moment and lets another go on. */
import pg from 'pg'
import { startKillable } from '../world/killable-gateway.ts'
import type { World } from '../world/world.ts'
import { type Box, goThrough, type Outcome, quickCalls, recover, restingPlace } from './chaos.ts'
import type { Method, Step, Walk, Way } from './chaos-ways.ts'

/**
 * When it is killed. CALLED: the call has been sent, and nothing is done there. DONE: it is done there, and the answer
 * has not come. UNCOMMITTED: in the transaction that writes this table. ANSWERED: the client has its answer. STORED: the
 * step has come to its end.
 */
export type Moment =
  | { at: 'CALLED' | 'DONE'; box: Box; operation: string }
  | { at: 'UNCOMMITTED'; table: string }
  | { at: 'ANSWERED' | 'STORED' }

export interface Killing {
  method: Method
  way: Way
  step: string
  moment: Moment
}

const called = (box: Box, operation: string): Moment => ({ at: 'CALLED', box, operation })
const done = (box: Box, operation: string): Moment => ({ at: 'DONE', box, operation })
const uncommitted = (table: string): Moment => ({ at: 'UNCOMMITTED', table })
const answered: Moment = { at: 'ANSWERED' }
const stored: Moment = { at: 'STORED' }
const both = (box: Box, operation: string) => [called(box, operation), done(box, operation)]

type Moments = [way: Way, step: string, moments: Moment[]][]

const moments: Record<Method, Moments> = {
  CARD: [
    ['study', 'open', [called('partner', 'program_runs.availability'), uncommitted('history_entry')]],
    ['study', 'open', [...both('stripe', 'checkout.sessions.create'), answered]],
    ['study', 'take', [done('stripe', 'checkout.sessions.retrieve'), uncommitted('history_entry'), answered]],
    ['staff', 'hear', [called('stripe', 'checkout.sessions.retrieve'), uncommitted('history_entry')]],
    ['study', 'register', [called('partner', 'program_enrolments.list'), called('partner', 'program_enrolments.find')]],
    ['study', 'register', [...both('partner', 'program_enrolments.create'), uncommitted('history_entry'), stored]],
    ['study', 'complete', [called('partner', 'program_enrolments.get'), uncommitted('credit_record'), stored]],
    ['study', 'refund', [uncommitted('history_entry'), answered, ...both('stripe', 'refunds.create')]],
    ['study', 'refund', [...both('partner', 'program_enrolments.deactivate'), uncommitted('credit_record'), stored]],
    ['staff', 'refund part', [...both('stripe', 'refunds.create'), stored]],
    [
      'full',
      'compensate',
      [called('partner', 'program_enrolments.create'), ...both('stripe', 'refunds.create'), stored],
    ],
    ['change', 'cancel', [...both('stripe', 'checkout.sessions.expire'), answered]],
    ['leave', 'leave', [...both('stripe', 'checkout.sessions.expire'), stored]],
    ['lost', 'reconcile', [called('stripe', 'events.list'), done('stripe', 'checkout.sessions.retrieve'), stored]],
  ],
  PAYPAL: [
    ['study', 'open', [...both('paypal', 'orders.create'), answered]],
    ['study', 'take', [called('paypal', 'orders.get'), ...both('paypal', 'orders.capture')]],
    ['study', 'take', [uncommitted('history_entry'), called('paypal', 'disputes.list'), answered]],
    ['staff', 'hear', [called('paypal', 'orders.get'), ...both('paypal', 'orders.capture')]],
    ['study', 'refund', [uncommitted('history_entry'), answered, ...both('paypal', 'captures.refund'), stored]],
    ['staff', 'refund part', [...both('paypal', 'captures.refund'), stored]],
    ['full', 'compensate', [...both('paypal', 'captures.refund'), stored]],
    ['change', 'cancel', [called('paypal', 'orders.get')]],
    ['leave', 'leave', [called('paypal', 'orders.get'), stored]],
    ['lost', 'reconcile', [called('paypal', 'webhooks_events.list'), ...both('paypal', 'orders.capture'), stored]],
  ],
}

/** Every killing by a method. */
export function killings(method: Method): Killing[] {
  return moments[method].flatMap(([way, step, all]) => all.map((moment) => ({ method, way, step, moment })))
}

export const inWords = ({ moment }: Killing): string =>
  [moment.at, 'table' in moment && moment.table, 'operation' in moment && moment.operation].filter(Boolean).join(' ')

/** Goes the way up to the step, has a process of its own do that, kills it there, and lets the world's gateway go on. */
export function walkKilled(world: World, killing: Killing): Promise<Outcome> {
  const cell = { ...killing, webhooks: killing.way === 'lost' ? ('drop' as const) : ('hold' as const) }
  return goThrough(world, cell, async (step, walking) => {
    const trap = await setTrap(world, killing.moment)
    try {
      await step.begin?.(walking)
      await world.wake()
      await killWhere(trap, killing.moment, step, walking)
    } finally {
      await trap.open()
    }
    await untilTakenOver(world)
    await step.meanwhile?.(walking)
    await recover(world, 'box' in killing.moment ? killing.moment.box : 'stripe')
    // A client that was not answered asks again, with the same key; others only look what has become of it.
    if (step.ask === undefined || (step.jobs && !isCutOff(killing.moment))) return
    await step.ask(walking)
    await world.settle()
  })
}

const isCutOff = ({ at }: Moment) => at !== 'ANSWERED' && at !== 'STORED'

async function killWhere(trap: Trap, moment: Moment, step: Step, walking: Walk): Promise<unknown> {
  const { world } = walking
  const gateway = await startKillable(world, { breakerWindow: quickCalls.breakerWindow })
  try {
    world.webhooksTo(gateway.url)
    const asking = step.ask?.({ ...walking, world: { ...world, url: gateway.url } })
    if (moment.at === 'ANSWERED') return await asking
    asking?.catch(() => undefined)
    if (step.jobs) for (const box of boxes) await world.control(box, 'webhooks/flush')
    await until(`${step.name} is ${moment.at}`, async () =>
      moment.at === 'STORED' ? step.rest.includes(await restingPlace(walking)) : trap.caught(),
    )
  } finally {
    await gateway.kill()
    world.webhooksTo(world.url)
  }
}

const boxes = ['stripe', 'paypal', 'partner'] as const
const COMES_WITHIN_MS = 20_000

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + COMES_WITHIN_MS
  while (!(await holds())) if (Date.now() > deadlineMs) throw new Error(`it did not come to pass that ${what}`)
}

/** The world's gateway finds out that the other is gone, and frees the jobs that it held. */
async function untilTakenOver(world: World): Promise<void> {
  const sql = new pg.Client(world.databaseUrl)
  await sql.connect()
  try {
    await until('the jobs of the dead are free', async () => {
      await world.app.worker.runDue()
      return (await sql.query('select 1 from graphile_worker.jobs where locked_by is not null')).rowCount === 0
    })
  } finally {
    await sql.end()
  }
}

/** Where the process waits to be killed, and how the others are let past. */
interface Trap {
  caught(): Promise<boolean>
  open(): Promise<unknown>
}

async function setTrap(world: World, moment: Moment): Promise<Trap> {
  if ('table' in moment) return lockedTable(world, moment.table)
  if (!('operation' in moment)) return { caught: async () => false, open: async () => undefined }
  const { box, operation } = moment
  const fault = moment.at === 'CALLED' ? 'timeout_before' : 'timeout_after'
  await world.control(box, 'faults', { operation, fault, times: 1 })
  return { caught: async () => !(await world.armed(box)).includes(operation), open: () => world.clearFaults(box) }
}

/** Whoever writes the table waits, in the middle of a transaction. */
async function lockedTable({ databaseUrl }: World, table: string): Promise<Trap> {
  const [holder, watcher] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)]
  await Promise.all([holder.connect(), watcher.connect()])
  await holder.query(`begin; lock table ${table} in access exclusive mode`)
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return {
    caught: async () => ((await watcher.query(waiting)).rowCount ?? 0) > 0,
    open: () => Promise.all([holder.end(), watcher.end()]),
  }
}
