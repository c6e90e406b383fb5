/** Performs a learner's single steps: link, enrol, pay, be registered. */
import type { Answer, World } from './world.ts'

export const back = 'https://app.example/back'

/** An account that is linked at the partner; answers the persona. */
export async function linked(world: World, name: string): Promise<string> {
  const persona = await linking(world, name)
  await world.settle()
  return persona
}

/** The same, of which the gateway has not heard yet. */
export async function linking(world: World, name: string): Promise<string> {
  const persona = `learner:${name}`
  const { data } = await world.ask(
    persona,
    `mutation { linkPartnerAccount(input: { returnUrl: "${back}" }) { partnerAccount { invitationUrl } } }`,
  )
  const { invitationUrl } = data.linkPartnerAccount.partnerAccount
  if (invitationUrl !== null) await followInvitation(invitationUrl)
  return persona
}

/** Sends the form of the partner's invitation page. */
export async function followInvitation(invitationUrl: string): Promise<void> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status } = await fetch(invitationUrl, { method: 'POST', headers: form })
  if (status !== 200) throw new Error(`the invitation answered ${status}`)
}

const program = 'evidence-based-coaching'
const DAY_MS = 86_400_000
let made = 0

/** Days from now, as the partner writes instants. */
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString()

export interface RunFacts {
  capacity?: number
  start_time?: string
  weeks_count?: number
  time_zone?: string
  enrolment_opens_at?: string
  enrolment_closes_at?: string
  price?: { minor: number; currency: string }
  tax?: { treatment: string; rate?: string; note?: string }
  live_events?: { title: string; start_time: string; duration_minutes: number }[]
}

/** A new run at the partner, in the graph: its id there, and the partner's uuid. */
export async function newRun(world: World, facts: RunFacts = {}): Promise<{ id: string; uuid: string }> {
  const code = `made-${made++}`
  const { status, body } = await world.control('partner', 'program_runs', { program_code: program, code, ...facts })
  if (status !== 201) throw new Error(`the partner answered ${status}: ${JSON.stringify(body)}`)
  await world.settle()
  const runs = 'runs(last: 50) { nodes { id registrationUrl } }'
  const { data } = await world.ask(null, `{ course(slug: "${program}") { ${runs} } }`)
  const found = data.course.runs.nodes.find((run: { registrationUrl: string }) =>
    run.registrationUrl.endsWith(`/${code}`),
  )
  if (!found) throw new Error(`the run ${code} has not come into the graph`)
  return { id: found.id, uuid: (body as { uuid: string }).uuid }
}

const errors = `userErrors { __typename code message field
  ... on AlreadyEnrolled { enrolment { id status } }
  ... on EnrolmentClosed { opensAt closesAt }
  ... on PartnerAccountRequired { partnerAccount { status invitationUrl } }
  ... on PaymentMethodNotOffered { offered }
  ... on TermsChanged { terms { version } }
  ... on PriceChanged { price { amountMinor currency } }
  ... on PaymentNotCompleted { status }
  ... on UnsupportedCardBrand { brand }
  ... on RefundWindowClosed { closedAt }
  ... on RefundAmountExceeded { maximum { amountMinor currency } }
  ... on IllegalTransition { from to }
  ... on DeferralRefused { reason }
  ... on MoneyForgone { amount { amountMinor currency } }
  ... on RateLimited { retryAfter }
  ... on ProviderUnavailable { provider retryAfterSeconds } }`
const payment =
  'payment { id status method amount { amountMinor currency } cardBrand action { redirectUrl expiresAt } }'

let keys = 0
export const newKey = (): string => `study-${keys++}`

/** One mutation; answers its payload. */
async function mutate(world: World, persona: string | null, name: string, result: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${name}(input: $input) { ${result} ${errors} } }`
  return payloadOf(await world.ask(persona, document, { input }), name)
}

function payloadOf(answer: Answer, name: string) {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors))
  return answer.data[name]
}

/** `enrol` with a new key, by card, unless `more` says otherwise. */
export function enrol(world: World, persona: string | null, courseRunId: string, more: object = {}) {
  const input = { courseRunId, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true, idempotencyKey: newKey() }
  return mutate(world, persona, 'enrol', `enrolment { id status } ${payment}`, { ...input, ...more })
}

export function completePayment(world: World, persona: string | null, paymentId: string) {
  return mutate(world, persona, 'completePayment', `enrolment { id status } ${payment}`, { paymentId })
}

export function retryPayment(world: World, persona: string | null, enrolmentId: string, more: object = {}) {
  const input = { enrolmentId, paymentMethod: 'CARD', returnUrl: back, idempotencyKey: newKey(), ...more }
  return mutate(world, persona, 'retryPayment', `enrolment { id status } ${payment}`, input)
}

export function cancelEnrolment(world: World, persona: string | null, enrolmentId: string) {
  return mutate(world, persona, 'cancelEnrolment', 'enrolment { id status }', { enrolmentId })
}

/** Cancels whatever the learner holds and has not paid: three places are the most that one may hold. */
export async function giveUpHolds(world: World, persona: string): Promise<void> {
  const document = '{ viewer { learner { enrolments(first: 100) { nodes { id status } } } } }'
  const { data } = await world.ask(persona, document)
  for (const { id, status } of data.viewer.learner.enrolments.nodes) {
    if (status === 'PENDING_PAYMENT') await cancelEnrolment(world, persona, id)
  }
}

export function requestRefund(world: World, persona: string | null, enrolmentId: string, more: object = {}) {
  const refund = 'refund { id status origin reason amount { amountMinor } } enrolment { id status }'
  return mutate(world, persona, 'requestRefund', refund, { enrolmentId, idempotencyKey: newKey(), ...more })
}

export function withdrawEnrolment(world: World, persona: string | null, enrolmentId: string, more: object = {}) {
  return mutate(world, persona, 'withdrawEnrolment', 'enrolment { id status } acknowledgement { id kind }', {
    enrolmentId,
    idempotencyKey: newKey(),
    ...more,
  })
}

/** Moves a place to that run. */
export function deferEnrolment(world: World, persona: string | null, enrolmentId: string, more: object = {}) {
  const result = 'enrolment { id status } deferred { id status }'
  return mutate(world, persona, 'deferEnrolment', result, { enrolmentId, idempotencyKey: newKey(), ...more })
}

export function resolveStuck(world: World, persona: string | null, enrolmentId: string, more: object = {}) {
  const input = { enrolmentId, resolution: 'RETRY_REFUND', reason: 'The bank says it works now.', ...more }
  return mutate(world, persona, 'resolveStuckEnrolment', 'enrolment { id status }', {
    idempotencyKey: newKey(),
    ...input,
  })
}

/** What the buyer does on the provider's page: a test card's number at Stripe, an instrument at PayPal. */
export async function pay(world: World, redirectUrl: string, by = '4242424242424242') {
  const url = new URL(redirectUrl)
  const order = url.searchParams.get('token')
  return order === null
    ? world.control('stripe', `checkout/${url.pathname.split('/').at(-1)}`, { card: by })
    : world.control('paypal', `orders/${order}/approve`, by.length > 10 ? {} : { instrument: by })
}

/** Enrolled and paid, with the jobs still to run: answers both ids. */
export async function paid(world: World, persona: string, courseRunId: string, more: object = {}, card?: string) {
  const begun = await enrol(world, persona, courseRunId, more)
  if (begun.userErrors.length > 0) throw new Error(JSON.stringify(begun.userErrors))
  await pay(world, begun.payment.action.redirectUrl, card)
  await completePayment(world, persona, begun.payment.id)
  return { enrolmentId: begun.enrolment.id as string, paymentId: begun.payment.id as string }
}

/** The same, registered at the partner. */
export async function registered(world: World, persona: string, courseRunId: string, more: object = {}, card?: string) {
  const ids = await paid(world, persona, courseRunId, more, card)
  await world.settle()
  const { status } = await enrolmentOf(world, persona, ids.enrolmentId)
  if (status !== 'REGISTERED') throw new Error(`the enrolment is ${status}`)
  return ids
}

/** An enrolment as its learner or an operator sees it; null when they may not. */
export async function enrolmentOf(world: World, persona: string | null, id: string) {
  const { data } = await world.ask(
    persona,
    `query ($id: ID!) { node(id: $id) { ... on Enrolment { id status stuckReason studyUrl registeredAt registrationEndedAt registrationEndedBy
       payment { id } payments { id status refunds { status origin reason amount { amountMinor } } }
       result { outcome grade awardedOn identityVerified } creditRecord { status }
       refundability { refundable reasonCode basis deadline maximum { amountMinor } }
       history { from to cause actor } } } }`,
    { id },
  )
  return data.node
}

/** The statuses that an enrolment went through. */
export async function way(world: World, persona: string, id: string): Promise<string[]> {
  const { history } = await enrolmentOf(world, persona, id)
  return history.map(({ to }: { to: string }) => to)
}

/** Registrations of a learner that hold a place at the partner, and those that were ended. */
export async function atPartner(world: World, name: string) {
  const { enrolments } = await world.partnerLedger()
  const own = enrolments.filter((one) => one.external_learner_id === name)
  return {
    active: own.filter(({ status }) => status !== 'inactive').map(({ uuid }) => uuid),
    ended: own.filter(({ status }) => status === 'inactive').map(({ uuid }) => uuid),
  }
}

const COMES_TRUE_WITHIN_MS = 10_000
/** A bank's own time, in minutes: two seconds. */
const BANK_TAKES_MINUTES = 2 / 60

/** Lets the world go on until it holds: for what a bank does in its own time. */
export async function until(world: World, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + COMES_TRUE_WITHIN_MS
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error('it did not come true')
    await world.settle()
    world.pass(BANK_TAKES_MINUTES)
  }
}
