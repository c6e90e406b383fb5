/** Lists the ways of a learner's money that the crash matrix goes. */
import type { Context } from '../../../src/context.ts'
import { paymentJobs } from '../../../src/payments/payment-jobs.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import { cancelEnrolment, completePayment, enrol, linked, newKey, newRun, pay, requestRefund } from '../world/study.ts'
import type { World } from '../world/world.ts'

export type Method = 'CARD' | 'PAYPAL'

/** A learner on the way. `world` is whichever gateway is asked. */
export interface Walk {
  world: World
  method: Method
  persona: string
  runId: string
  runUuid: string
  key: string
  enrolmentId: string
  paymentId: string
  page: string
}

export interface Step {
  name: string
  /** What a client asks the gateway for; the other steps begin outside, or in a job. */
  ask?(walk: Walk): Promise<unknown>
  /** What happens at the partner, at a provider or by the clock, before the gateway hears of anything. */
  begin?(walk: Walk): Promise<unknown>
  /** What happens outside after the client's request, answered or not, and before anybody puts anything right. */
  meanwhile?(walk: Walk): Promise<unknown>
  /** Whether the jobs then run. */
  jobs: boolean
  /** Where the enrolment is once they have come to rest. */
  rest: readonly string[]
}

let walks = 0

/** A new learner before a new run. */
export async function setOut(world: World, method: Method): Promise<Walk> {
  const persona = await linked(world, `walker-${walks++}`)
  const { id: runId, uuid: runUuid } = await newRun(world)
  return { world, method, persona, runId, runUuid, key: newKey(), enrolmentId: '', paymentId: '', page: '' }
}

/** The answer comes from a repeat of the same request when the first was not answered. */
async function enrolAgain(walk: Walk): Promise<void> {
  const { world, persona, runId, key, method } = walk
  const { enrolment, payment } = await enrol(world, persona, runId, { paymentMethod: method, idempotencyKey: key })
  Object.assign(walk, { enrolmentId: enrolment.id, paymentId: payment.id, page: payment.action?.redirectUrl ?? '' })
}

const open: Step = { name: 'open', jobs: false, rest: ['PENDING_PAYMENT/REQUIRES_ACTION'], ask: enrolAgain }
const buy: Step = {
  name: 'buy',
  jobs: false,
  rest: ['PENDING_PAYMENT/REQUIRES_ACTION'],
  async begin(walk) {
    await enrolAgain(walk)
    await pay(walk.world, walk.page)
  },
}
const take: Step = {
  name: 'take',
  jobs: false,
  rest: ['REGISTERED/SUCCEEDED'],
  ask: ({ world, persona, paymentId }) => completePayment(world, persona, paymentId),
}
/** The browser never comes back: only the webhook tells. */
const hear: Step = { name: 'hear', jobs: true, rest: ['REGISTERED/SUCCEEDED'] }
const register: Step = { name: 'register', jobs: true, rest: ['REGISTERED/SUCCEEDED'] }
const complete: Step = {
  name: 'complete',
  jobs: true,
  rest: ['COMPLETED/SUCCEEDED'],
  async begin({ world, persona }) {
    const name = persona.slice('learner:'.length)
    const place = (await world.partnerLedger()).enrolments.find((one) => one.external_learner_id === name)
    await world.control('partner', `program_enrolments/${place?.uuid}/result`, { status: 'passed', grade: '71' })
  },
}
const refund: Step = {
  name: 'refund',
  jobs: true,
  rest: ['REVOKED/SUCCEEDED/SUCCEEDED'],
  ask: ({ world, persona, enrolmentId, key }) =>
    requestRefund(world, persona, enrolmentId, { idempotencyKey: `${key}-refund` }),
}
const refundPart: Step = {
  name: 'refund part',
  jobs: true,
  rest: ['REGISTERED/SUCCEEDED/SUCCEEDED'],
  ask: ({ world, enrolmentId, key }) =>
    requestRefund(world, 'operator', enrolmentId, {
      amountMinor: 10_000,
      reason: 'A week was missed.',
      idempotencyKey: `${key}-part`,
    }),
}
const refundRest: Step = {
  name: 'refund rest',
  jobs: true,
  rest: ['REVOKED/SUCCEEDED/SUCCEEDED/SUCCEEDED'],
  ask: ({ world, enrolmentId, key }) =>
    requestRefund(world, 'operator', enrolmentId, { reason: 'All was missed.', idempotencyKey: `${key}-rest` }),
}
/** The run is full by the time the money is there. */
const compensate: Step = {
  name: 'compensate',
  jobs: true,
  rest: ['COMPENSATED/SUCCEEDED/SUCCEEDED'],
  begin: ({ world, runUuid }) => world.control('partner', `program_runs/${runUuid}`, { capacity: 0 }),
}
/**
 * Cancelled, and paid all the same by a buyer who still has the page, if it is open: registered when nobody got as far as
 * to cancel. A session that we close expires.
 */
const cancel: Step = {
  name: 'cancel',
  jobs: true,
  rest: ['CANCELLED/CANCELLED', 'CANCELLED/EXPIRED', 'COMPENSATED/SUCCEEDED/SUCCEEDED', 'REGISTERED/SUCCEEDED'],
  begin: enrolAgain,
  ask: ({ world, persona, enrolmentId }) => cancelEnrolment(world, persona, enrolmentId),
  meanwhile: ({ world, page }) => pay(world, page),
}
const HOLD_MINUTES = 38
/** The hold ends, and nobody has paid. */
const leave: Step = {
  name: 'leave',
  jobs: true,
  rest: ['EXPIRED/EXPIRED', 'EXPIRED/CANCELLED'],
  begin: async ({ world }) => world.pass(HOLD_MINUTES),
}
const STALE_MINUTES = 6
/** Paid, and nobody was told: the pass that runs by the clock finds out. */
const reconcile: Step = {
  name: 'reconcile',
  jobs: true,
  rest: ['REGISTERED/SUCCEEDED'],
  async begin({ world }) {
    world.pass(STALE_MINUTES)
    const context: Context = world.app.systemContext('chaos')
    await inTransaction(context.em, (tx) => paymentJobs.reconcile.add(tx, {}))
  },
}

export const ways = {
  study: [open, buy, take, register, complete, refund],
  staff: [open, buy, hear, refundPart, refundRest],
  full: [open, buy, take, compensate],
  change: [open, cancel],
  leave: [open, leave],
  lost: [open, buy, reconcile],
} satisfies Record<string, Step[]>

export type Way = keyof typeof ways
