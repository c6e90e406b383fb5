/** Lists what clients, buyers, banks, time and faults can do to money. */
import fc from 'fast-check'
import { readGlobalId } from '../../../src/graph/contract/global-id.ts'
import { RefundExceeds } from '../../../src/payments/add-refund.ts'
import { lockPayment } from '../../../src/payments/paying.ts'
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import { RefundWithProvider, settleOutside } from '../../../src/payments/settle-outside.ts'
import { faultNames } from '../../../src/sandbox/faults.ts'
import { webhookModes } from '../../../src/sandbox/webhook-delivery.ts'
import { inTransaction } from '../../../src/store/transaction.ts'
import {
  cancelEnrolment,
  completePayment,
  inDays,
  pay,
  requestRefund,
  resolveStuck,
  retryPayment,
  withdrawEnrolment,
} from '../world/study.ts'
import { openBooks } from './books.ts'
import { type Begun, type Deed, deed, deferAs, enrolAs, keepPage, pick, type Real } from './money-model.ts'

const at = fc.nat({ max: 7 })
const method = fc.constantFrom('CARD', 'PAYPAL')
const box = fc.constantFrom('stripe', 'paypal', 'partner')
const payer = fc.constantFrom('stripe', 'paypal')
/** The last of them has its refunds sent back by the bank. */
export const payingCards = ['4242424242424242', '5555555555554444', '4000000000005126']
const cards = [...payingCards, '4000000000000002', '6011111111111117']
/** Called off, taking place after all, and starting on another day. */
const runChanges = [
  { status: 'cancelled' },
  { status: 'scheduled' },
  { start_time: inDays(30) },
  { start_time: inDays(60) },
]
const instruments = ['balance', 'echeck', 'declined']

/** A deed from facts that are chosen at random. */
function of<Facts extends Record<string, unknown>>(
  name: string,
  facts: { [Key in keyof Facts]: fc.Arbitrary<Facts[Key]> },
  act: (real: Real, facts: Facts, model: { enrolments: number }) => Promise<unknown>,
  onEnrolment = true,
): fc.Arbitrary<Deed> {
  return fc
    .record(facts as never)
    .map((chosen) =>
      deed({ name, facts: chosen as Facts, onEnrolment, act: (real, model) => act(real, chosen as Facts, model) }),
    )
}

const whole = { learner: fc.nat({ max: 1 }), run: fc.nat({ max: 1 }), method, again: fc.boolean() }

const clients = [
  of('enrol', whole, (real, wish, model) => enrolAs(real, model, wish), false),
  of('complete', { at }, (real, { at }) => {
    const { persona, payments } = pick(real, at)
    return completePayment(real.world, persona, payments.at(-1)?.id ?? '')
  }),
  of('retry', { at, method }, async (real, { at, method }) => {
    const one = pick(real, at)
    const { payment } = await retryPayment(real.world, one.persona, one.id, { paymentMethod: method })
    if (payment) keepPage(one, payment)
  }),
  of('cancel', { at }, (real, { at }) => cancelEnrolment(real.world, pick(real, at).persona, pick(real, at).id)),
  of('refund', { at, again: fc.boolean() }, (real, { at, again }) => {
    const one = pick(real, at)
    return requestRefund(real.world, one.persona, one.id, { idempotencyKey: refundKey(one, again) })
  }),
  of(
    'refund by operator',
    { at, amountMinor: fc.constantFrom(null, 1, 10_000, 49_499, 49_500, 60_000), keepRegistration: fc.boolean() },
    (real, { at, ...more }) => requestRefund(real.world, 'operator', pick(real, at).id, { ...more, reason: 'Random.' }),
  ),
  of('give up', { at, forgoMoney: fc.boolean() }, (real, { at, forgoMoney }) =>
    withdrawEnrolment(real.world, pick(real, at).persona, pick(real, at).id, { forgoMoney }),
  ),
  of('resolve', { at, resolution: fc.constantFrom('RETRY_REFUND', 'RETRY_REGISTRATION') }, (real, { at, resolution }) =>
    resolveStuck(real.world, 'operator', pick(real, at).id, { resolution }),
  ),
]

/** What everybody does about one enrolment in the same moment: an error that is not a refusal fails the life. */
const atOnce = of('all at once', { at, which: at }, async (real, { at, which }) => {
  const one = pick(real, at)
  const { world, persona, id } = { ...real, ...one }
  const complete = () => completePayment(world, persona, one.payments.at(-1)?.id ?? '')
  const refund = () => requestRefund(world, persona, id, { idempotencyKey: `${id}-at-once` })
  const part = () => requestRefund(world, 'operator', id, { amountMinor: 30_000, reason: 'At once.' })
  const all = [complete, refund, part, complete, refund, () => cancelEnrolment(world, persona, id)]
  const chosen = [...all.slice(which % all.length), ...all.slice(0, which % all.length)].slice(0, 4)
  await Promise.all([
    ...chosen.map((act) => act()),
    ...(['stripe', 'paypal', 'partner'] as const).map((name) => world.control(name, 'webhooks/flush')),
    runJobs({ world }),
    reconcile(world.app.systemContext('lives'), { apply: true }),
  ])
})

function refundKey(one: Begun, again: boolean): string {
  if (!again || one.refundKeys.length === 0) one.refundKeys.push(`${one.id}-${one.refundKeys.length}`)
  return one.refundKeys.at(-1) as string
}

/** From wherever it is: banks change their minds. */
const disputeOutcomes = ['inquiry', 'open', 'under_review', 'won', 'lost', 'withdrawn', 'appeal'] as const
const atStripe: Readonly<Record<string, string>> = { appeal: 'appeal_under_review' }
const atPayPal = (outcome: string) =>
  outcome === 'inquiry' ? { outcome: 'open', stage: 'INQUIRY' } : { outcome, stage: 'CHARGEBACK' }

/** At a payment's page, or in the dashboard; what its provider refuses is no matter. */
const upstreams = [
  of('pay', { at, which: at, by: fc.constantFrom(...cards, ...instruments) }, async (real, { at, which, by }) => {
    const { payments } = pick(real, at)
    const page = payments[which % payments.length]?.page
    if (page) await pay(real.world, page, fitting(page, by))
  }),
  of('refund in the dashboard', { at, part: fc.boolean() }, (real, { at, part }) =>
    inDashboard(real, at, 'refund', (name) => (part ? { amount: name === 'stripe' ? 20_000 : '200.00' } : {})),
  ),
  of(
    'dispute',
    { at, outcome: fc.constantFrom(...disputeOutcomes), part: fc.boolean(), listed: fc.boolean() },
    (real, { at, outcome, part, listed }) =>
      inDashboard(real, at, 'dispute', (name) =>
        name === 'stripe'
          ? { outcome: atStripe[outcome] ?? outcome, ...(part && { amount: 20_000 }) }
          : { ...atPayPal(outcome), listed, ...(part && { refunded: '200.00' }) },
      ),
  ),
  of('hold the next capture', {}, ({ world }) => world.control('paypal', 'captures/next/pending'), false),
  of('settle what PayPal holds', { outcome: fc.constantFrom('completed', 'denied') }, (real, { outcome }) =>
    settlePayPal(real, outcome),
  ),
  of(
    'refuse refunds',
    { issue: fc.constantFrom('REFUND_FAILED_INSUFFICIENT_FUNDS', 'REFUND_NOT_ALLOWED') },
    (real, how) => real.world.control('paypal', 'refusals', { operation: 'captures.refund', times: 1, ...how }),
  ),
  of(
    'balance',
    { box: payer, refunds: fc.constantFrom('enough', 'refused') },
    ({ world }, { box, refunds }) => world.control(box as 'stripe', 'balance', { refunds }),
    false,
  ),
  of(
    'permissions',
    { box: payer, missing: fc.constantFrom<string[]>([], ['refunds_write']) },
    ({ world }, { box, missing }) => world.control(box as 'stripe', 'permissions', { missing }),
    false,
  ),
  of('settle outside', { at, amountMinor: fc.constantFrom(1, 20_000, 49_500) }, (real, { at, amountMinor }) =>
    settledOutside(real, pick(real, at).payments.at(-1)?.id ?? '', amountMinor),
  ),
  of('result', { at, status: fc.constantFrom('passed', 'failed') }, (real, { at, status }) =>
    atPlace(real, at, 'result', { status, grade: '70' }),
  ),
  of(
    'capacity',
    { run: fc.nat({ max: 1 }), capacity: fc.constantFrom(0, 1, 100) },
    ({ world, runs }, { run, capacity }) => world.control('partner', `program_runs/${runs[run]?.uuid}`, { capacity }),
    false,
  ),
]

/** By an operator, of what is left; while the provider may yet pay, nothing is done. */
async function settledOutside({ world }: Pick<Real, 'world'>, paymentId: string, amountMinor: number): Promise<void> {
  const context = world.app.systemContext('lives')
  const said = { method: 'bank transfer', reference: 'BACS 1', reason: 'Random.' }
  const facts = { keepRegistration: false, wish: null, actor: 'user:op', settledOn: '2026-12-01', now: world.now() }
  try {
    await inTransaction(context.em, async (tx) => {
      const payment = await lockPayment(tx, readGlobalId(paymentId)?.uuid as string)
      await settleOutside(tx, context, payment, { amountMinor, ...said, ...facts })
    })
  } catch (error) {
    if (!(error instanceof RefundExceeds) && !(error instanceof RefundWithProvider)) throw error
  }
}

/** One of the places of this life, standing or ended; what the partner refuses is no matter. */
async function atPlace({ world, learners }: Real, at: number, what: string, body: object): Promise<void> {
  const places = (await openBooks(world)).places.filter((one) =>
    learners.includes(`learner:${one.external_learner_id}`),
  )
  const place = places[at % places.length]
  if (place) await world.control('partner', `program_enrolments/${place.uuid}/${what}`, body)
}

/** A card for Stripe's page, an instrument for PayPal's. */
function fitting(page: string, by: string): string {
  if (page.includes('token=')) return instruments.includes(by) ? by : 'balance'
  return instruments.includes(by) ? (cards[0] as string) : by
}

async function inDashboard(
  real: Real,
  at: number,
  what: string,
  body: (name: 'stripe' | 'paypal') => object,
): Promise<void> {
  const ids = pick(real, at).payments.map(({ id }) => Buffer.from(id, 'base64url').toString().split(':')[1])
  const taken = (await openBooks(real.world)).taken.find(({ paymentId }) => ids.includes(paymentId ?? ''))
  if (!taken) return
  const name = taken.refundable.startsWith('ch_') || taken.refundable.startsWith('py_') ? 'stripe' : 'paypal'
  const kind = name === 'stripe' ? 'charges' : 'captures'
  await real.world.control(name, `${kind}/${taken.refundable}/${what}`, body(name))
}

/** Ends every capture and refund that waits for a bank; answers how many there were. */
export async function settlePayPal({ world }: Pick<Real, 'world'>, outcome: 'completed' | 'denied'): Promise<number> {
  const ledger = await fetch(`${new URL(world.environment.PAYPAL_API_BASE ?? '').origin}/_sandbox/ledger`)
  const { captures, refunds } = (await ledger.json()) as Record<string, { id: string; status: string }[]>
  const waiting = (all: { id: string; status: string }[] = []) => all.filter(({ status }) => status === 'PENDING')
  const [held, onTheirWay] = [waiting(captures), waiting(refunds)]
  for (const { id } of held) await world.control('paypal', `captures/${id}/pending`, { outcome })
  const settled = { outcome: outcome === 'denied' ? 'failed' : outcome }
  for (const { id } of onTheirWay) await world.control('paypal', `refunds/${id}/settle`, settled)
  return held.length + onTheirWay.length
}

/** What the partner says of places and runs, and what learners make of it. */
const news = [
  of('move to the next run', { at, byOperator: fc.boolean() }, (real, { at, byOperator }, model) =>
    deferAs(real, model, pick(real, at), byOperator),
  ),
  of('end of the place', { at, by: fc.constantFrom('partner', 'learner', 'unsaid') }, (real, { at, by }) =>
    atPlace(real, at, 'end', { by }),
  ),
  of('place given back', { at }, (real, { at }) => atPlace(real, at, 'reactivate', {})),
  of(
    'run',
    { run: fc.nat({ max: 1 }), facts: fc.constantFrom<object>(...runChanges) },
    ({ world, runs }, { run, facts }) => world.control('partner', `program_runs/${runs[run]?.uuid}`, facts),
    false,
  ),
]

const circumstances = [
  of(
    'fault',
    { box, fault: fc.constantFrom(...faultNames), times: fc.integer({ min: 1, max: 4 }) },
    ({ world }, { box, ...how }) => world.control(box as 'stripe', 'faults', { operation: '*', ...how }),
    false,
  ),
  of(
    'webhooks',
    { box, mode: fc.constantFrom(...webhookModes) },
    ({ world }, { box, mode }) => world.control(box as 'stripe', 'webhooks', { mode }),
    false,
  ),
  of('flush', { box }, ({ world }, { box }) => world.control(box as 'stripe', 'webhooks/flush'), false),
  of(
    'time',
    { minutes: fc.constantFrom(1, 1, 6, 16, 36, 25 * 60) },
    async ({ world }, { minutes }) => world.pass(minutes),
    false,
  ),
  of('jobs', {}, ({ world }) => runJobs({ world }), false),
  of('settle', {}, ({ world }) => world.settle(), false),
  of(
    'reconcile',
    { apply: fc.boolean() },
    ({ world }, { apply }) => reconcile(world.app.systemContext('lives'), { apply }),
    false,
  ),
]

/** What is due, without waiting for any webhook. */
async function runJobs({ world }: Pick<Real, 'world'>): Promise<void> {
  await world.wake()
  await world.app.worker.runDue()
}

const weighed = (weight: number, all: fc.Arbitrary<Deed>[]) => all.map((arbitrary) => ({ arbitrary, weight }))
const [enrolling, ...others] = clients as [fc.Arbitrary<Deed>, ...fc.Arbitrary<Deed>[]]

export const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  ...weighed(4, [enrolling, upstreams[0] as fc.Arbitrary<Deed>]),
  ...weighed(2, [...others, ...upstreams.slice(1, 3), atOnce]),
  ...weighed(3, news),
  ...weighed(1, upstreams.slice(3)),
  ...weighed(2, circumstances),
)
