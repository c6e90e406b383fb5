/** Plays what becomes of disputed money, for many buyers at once. */
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import { Correction } from '../../../src/payments/reconciliation/reconciliation.ts'
import { newName } from './partner-news.ts'
import { atPartner, linking, newRun, paid, registered, requestRefund, resolveStuck } from './study.ts'
import type { World } from './world.ts'

const DAY_MS = 86_400_000
const PAID_BEFORE_MS = 2 * 3_600_000
/** A whole second after all that the seed was made of. */
const BEGINS_MS = Math.ceil(Date.now() / 1_000) * 1_000 + DAY_MS

/** So many days after these stories begin, and so much. */
export const day = (days: number, ms = 0): string =>
  new Date(BEGINS_MS + days * DAY_MS + ms).toISOString().replace('.000Z', 'Z')

const run = { start_time: day(34), enrolment_opens_at: day(-30), enrolment_closes_at: day(48) }

/** Webhooks of providers are delivered, or are dropped and one pass finds what they would have told. */
type NewsMode = 'delivered' | 'dropped'

export interface Buyer {
  name: string
  persona: string
  enrolmentId: string
  paymentId: string
  runId: string
  method: 'CARD' | 'PAYPAL'
}

type Step = (world: World, buyer: Buyer) => Promise<unknown>

/** What befalls one buyer, one step in each round. */
export interface Life {
  method?: Buyer['method']
  /** Whether a result and credit are there before. */
  passed?: boolean
  steps: Step[]
}

/** Of the money, at its provider. */
async function control(world: World, { method, paymentId }: Buyer, what: string, body: object): Promise<void> {
  const [sandbox, kind] = method === 'CARD' ? (['stripe', 'charges'] as const) : (['paypal', 'captures'] as const)
  const answer = await world.control(sandbox, `${kind}/${paymentId}/${what}`, body)
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
}

export const disputed =
  (outcome: string, more: object = {}): Step =>
  (world, buyer) =>
    control(world, buyer, 'dispute', { outcome, ...more })

export const warned: Step = (world, buyer) => control(world, buyer, 'fraud_warning', { actionable: true })

/** By its learner, or with more by an operator. */
export const refunded =
  (more?: object): Step =>
  async (world, { persona, enrolmentId }) => {
    const wish = more && { reason: 'For this story.', ...more }
    const { userErrors } = await requestRefund(world, wish ? 'operator' : persona, enrolmentId, wish)
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors))
  }

/** The result comes: passed. */
export const passed: Step = async (world, { name }) => {
  const { active } = await atPartner(world, name)
  await world.control('partner', `program_enrolments/${active[0]}/result`, { status: 'passed', grade: '64' })
}

/** By an operator. */
export const restored: Step = (world, { enrolmentId }) =>
  resolveStuck(world, 'operator', enrolmentId, { resolution: 'RETRY_REGISTRATION' })

export const enrolledAnew: Step = (world, { persona, runId }) => registered(world, persona, runId)

/** Have paid 495 pounds and are registered; those who passed have credit. */
async function buyers<Name extends string>(world: World, lives: Record<Name, Life>): Promise<Record<Name, Buyer>> {
  // No name is a part of another: cases are found by it.
  const named = Object.entries<Life>(lives).map(([title, life]) => ({ title, name: `${newName()}-disputes`, ...life }))
  for (const { name } of named) await linking(world, name)
  const { id } = await newRun(world, run)
  const pays = async ({ title, name, method = 'CARD' }: (typeof named)[number]): Promise<[string, Buyer]> => {
    const persona = `learner:${name}`
    return [title, { name, persona, method, runId: id, ...(await paid(world, persona, id, { paymentMethod: method })) }]
  }
  const made = await Promise.all(named.map(pays))
  await world.settle()
  for (const [title, buyer] of made) if (lives[title as Name].passed) await passed(world, buyer)
  await world.settle()
  return Object.fromEntries(made) as Record<Name, Buyer>
}

/** Plays all lives round by round, on one day; answers what was to be seen of each after each of its steps. */
export async function play<Name extends string>(
  world: World,
  { mode, onDay }: { mode: NewsMode; onDay: number },
  lives: Record<Name, Life>,
) {
  // Money that has just come is looked at in every pass: so it is some hours old.
  world.stopAt(day(onDay, -PAID_BEFORE_MS))
  const all = await buyers(world, lives)
  world.stopAt(day(onDay))
  const providers = ['stripe', 'paypal'] as const
  for (const name of providers) await world.control(name, 'webhooks', { mode: mode === 'dropped' ? 'drop' : 'hold' })
  const seen = Object.fromEntries(Object.keys(lives).map((name) => [name, []])) as unknown as Record<Name, Seen[]>
  const rounds = Math.max(...Object.values<Life>(lives).map(({ steps }) => steps.length))
  for (let round = 0; round < rounds; round += 1) {
    const now = (Object.keys(lives) as Name[]).filter((name) => lives[name].steps[round])
    for (const name of now) await lives[name].steps[round]?.(world, all[name])
    await heard(world, mode)
    for (const name of now) seen[name].push(await seenOf(world, all[name]))
  }
  for (const name of providers) await world.control(name, 'webhooks', { mode: 'hold' })
  return { all, seen }
}

async function heard(world: World, mode: NewsMode): Promise<void> {
  await world.settle()
  if (mode === 'delivered') return
  await healed(world)
}

/** What one pass puts right. */
export async function healed(world: World): Promise<(string | null)[][]> {
  const { id } = await reconcile(world.app.systemContext('disputes'), { apply: true })
  await world.settle()
  const corrections = await world.app.orm.em.fork().find(Correction, { reconciliationId: id, outcome: 'HEALED' })
  return corrections.map(({ subjectKind, from, to }) => [subjectKind, from, to])
}

const facts = `status stage amount { amountMinor } lost { amountMinor } refundable reason reasonCode evidenceDueBy
  evidenceSubmitted fee { amountMinor currency } providerReference dashboardUrl closedAt
  settledBy { amount { amountMinor } dispute { status } } history { from to }`
const document = `query ($id: ID!, $search: String) {
  node(id: $id) { ... on Enrolment { status stuckReason
    refundability { refundable reasonCode basis deadline maximum { amountMinor } } creditRecord { status history { to } } history { from to cause }
    payment { fraudWarningAt refunded { amountMinor } refunds { status origin amount { amountMinor } }
      disputes { ${facts} } } } }
  viewer { operator { cases(status: [OPEN, ACKNOWLEDGED, CLOSED], search: $search) {
    nodes { kind status outcome dueAt amount { amountMinor } subject { __typename } } } } } }`

type Seen = Awaited<ReturnType<typeof seenOf>>

/** As an operator sees it. */
export async function seenOf(world: World, { name, enrolmentId }: Buyer) {
  const { data, errors } = await world.ask('operator', document, { id: enrolmentId, search: name })
  if (errors) throw new Error(JSON.stringify(errors))
  const { creditRecord, payment, ...enrolment } = data.node
  const cases = data.viewer.operator.cases.nodes as { kind: string; status: string }[]
  return {
    ...enrolment,
    ...payment,
    credit: creditRecord?.status ?? null,
    creditWay: creditRecord?.history.map(({ to }: { to: string }) => to) ?? [],
    maximum: enrolment.refundability.maximum.amountMinor,
    refunded: payment.refunded.amountMinor,
    dispute: payment.disputes[0],
    cases,
    /** Kinds of what is not closed. */
    waiting: cases.filter(({ status }) => status !== 'CLOSED').map(({ kind }) => kind),
  }
}
