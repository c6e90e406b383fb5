/** Fills a world with several entries of every paged list. */
import { reconcile } from '../../../src/payments/reconciliation/reconcile.ts'
import { answerOf, awarded, qualificationId } from './awarded.ts'
import {
  enrol,
  enrolmentOf,
  inDays,
  linked,
  newKey,
  newRun,
  paid,
  pay,
  registered,
  requestRefund,
  until,
} from './study.ts'
import type { World } from './world.ts'

/** Whose the entries are, or what they hang on. */
export interface Made {
  learner: string
  /** A share that was looked at. */
  share: string
  /** Has several policies, and applications to it. */
  qualification: string
}

/** So many of each, or a few more. */
const ENTRIES_OF_EACH = 4
const nth = Array.from({ length: ENTRIES_OF_EACH }, (_, n) => n)
/** Its refunds succeed, and a moment later the bank sends them back. */
const bouncingCard = '4000000000005126'

export async function manyOfEach(world: World): Promise<Made> {
  const learner = await linked(world, 'pia')
  const records: string[] = []
  for (const _ of nth) records.push(await awarded(world, learner))
  for (const n of nth) await refunded(world, learner, ['EUR', 'GBP', 'USD'][n % 3] as string)
  await stuck(world, learner)
  await refundedRuns(world)
  const share = await shares(world, learner, records)
  const qualification = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  for (const record of records) await applied(world, learner, qualification, record)
  for (const n of nth) await published(world, qualification, `204${n + 1}-01-01`)
  await reconciled(world)
  return { learner, share, qualification }
}

async function refunded(world: World, learner: string, currency: string): Promise<void> {
  const run = await newRun(world, { price: { minor: 10_000, currency } })
  const { enrolmentId, paymentId } = await paid(world, learner, run.id)
  await world.settle()
  await world.control('stripe', `charges/${paymentId}/dispute`, { outcome: 'inquiry' })
  await world.settle()
  await requestRefund(world, learner, enrolmentId)
}

/** The last of them with an enrolment for each entry. */
async function refundedRuns(world: World): Promise<void> {
  const refund = async (courseRunId: string, enrolments: number, sums: object[]) =>
    done(world, 'operator', 'refundRun', {
      courseRunId,
      reason: 'One of many.',
      expected: { enrolments, sums },
      evenIfNotCancelled: true,
      idempotencyKey: newKey(),
    })
  for (const _ of nth) await refund((await newRun(world)).id, 0, [])
  const run = await newRun(world)
  for (const n of nth) await registered(world, await linked(world, `phil-${n}`), run.id)
  await refund(run.id, ENTRIES_OF_EACH, [{ amountMinor: 49_500 * ENTRIES_OF_EACH, currency: 'GBP' }])
  await world.settle()
}

/** Paid for places that were gone by then, with a card that takes nothing back. */
async function stuck(world: World, learner: string): Promise<void> {
  const ids: string[] = []
  for (const _ of nth) {
    const run = await newRun(world)
    const { enrolmentId } = await paid(world, learner, run.id, {}, bouncingCard)
    await world.control('partner', `program_runs/${run.uuid}`, { capacity: 0 })
    ids.push(enrolmentId)
  }
  const isStuck = async (id: string) => (await enrolmentOf(world, learner, id)).status === 'STUCK'
  await until(world, async () => (await Promise.all(ids.map(isStuck))).every(Boolean))
}

/** The first one's id; each is looked at by everybody who may. */
async function shares(world: World, learner: string, records: readonly string[]): Promise<string> {
  const document =
    'mutation ($i: ShareCreditInput!) { shareCredit(input: $i) { creditShare { id code } userErrors { message } } }'
  const made: { id: string; code: string }[] = []
  for (const record of records) {
    const i = { creditRecordIds: [record], expiresAt: inDays(9), idempotencyKey: newKey() }
    const { creditShare } = (await answerOf(world, learner, document, { i })) as { creditShare: (typeof made)[number] }
    made.push(creditShare)
  }
  const { id, code } = made[0] as (typeof made)[number]
  for (const member of ['registrar', 'registrar-2', 'institution-client', 'institution-client-2']) {
    await answerOf(world, member, 'query ($code: String!) { creditShare(code: $code) { id } }', { code })
  }
  return id
}

/** Throws what the mutation refused. */
async function done(world: World, persona: string, name: string, input: object): Promise<void> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
  const document = `mutation ($i: ${type}) { ${name}(input: $i) { userErrors { message } } }`
  const { userErrors } = (await answerOf(world, persona, document, { i: input })) as { userErrors: object[] }
  if (userErrors.length > 0) throw new Error(`${name}: ${JSON.stringify(userErrors)}`)
}

const applied = (world: World, learner: string, qualification: string, record: string) =>
  done(world, learner, 'applyForTransfer', {
    qualificationId: qualification,
    creditRecordIds: [record],
    idempotencyKey: newKey(),
  })

const published = (world: World, qualification: string, effectiveFrom: string) =>
  done(world, 'registrar-2', 'publishTransferPolicy', {
    qualificationId: qualification,
    effectiveFrom,
    agreement: 'AUTOMATIC',
    acceptedLevels: [7],
    maxCredit: '60',
  })

/** Reports of money that came while webhooks did not; each of another learner, for none holds many unpaid places. */
async function reconciled(world: World): Promise<void> {
  await world.control('stripe', 'webhooks', { mode: 'drop' })
  for (const n of nth) {
    const learner = await linked(world, `pius-${n}`)
    const { payment } = await enrol(world, learner, (await newRun(world)).id)
    await pay(world, payment.action.redirectUrl)
  }
  for (const _ of nth) await reconcile(world.app.systemContext('many-of-each'), { apply: false })
  await world.control('stripe', 'webhooks', { mode: 'hold' })
}
