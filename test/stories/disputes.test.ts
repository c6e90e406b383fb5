/** Tests disputes as they come, end, and change their mind. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { exportLines } from '../../src/payments/papers/export-lines.ts'
import { endedDisputes } from '../../src/payments/reconciliation/ended-disputes.ts'
import { heardLives, lives } from '../support/world/disputed-lives.ts'
import { day, disputed, healed, play, seenOf } from '../support/world/disputing.ts'
import { atPartner } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
type Played<Lives> = Awaited<ReturnType<typeof play<keyof Lives & string>>>
let delivered: Played<typeof lives & typeof heardLives>
let dropped: Played<typeof lives>
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const whole = { amountMinor: 49_500 }
/** Twenty lives, on a machine that does much else. */
const PLAYED_WITHIN_MS = 90_000

describe.each([
  ['delivered', 0],
  ['dropped', 2],
] as const)('with webhooks that are %s', (mode, onDay) => {
  beforeAll(async () => {
    if (mode === 'delivered') delivered = await play(world, { mode, onDay }, { ...lives, ...heardLives })
    else dropped = await play(world, { mode, onDay }, lives)
  }, PLAYED_WITHIN_MS)
  const played = () => (mode === 'delivered' ? delivered : dropped)
  const seen = (name: keyof typeof lives) => played().seen[name]

  it('X1: a question suspends nothing, and a refund of the whole ends it; what was refunded in time is not taken again', () => {
    const due = { dueAt: day(23), amount: whole, subject: { __typename: 'Dispute' } }
    expect(seen('asked')).toMatchObject([
      {
        status: 'COMPLETED',
        credit: 'AWARDED',
        maximum: 49_500,
        refundability: { refundable: true },
        dispute: {
          status: 'OPEN',
          stage: 'INQUIRY',
          refundable: 'ANY',
          lost: { amountMinor: 0 },
          evidenceDueBy: day(23),
          fee: null,
        },
        cases: [{ kind: 'DISPUTE_OPEN', status: 'OPEN', ...due }],
      },
      {
        status: 'REVOKED',
        credit: 'REVOKED',
        maximum: 0,
        refunded: 49_500,
        refunds: [{ status: 'SUCCEEDED', origin: 'LEARNER', amount: whole }],
        dispute: { status: 'WITHDRAWN', lost: { amountMinor: 0 }, evidenceDueBy: null },
        cases: [{ kind: 'DISPUTE_OPEN', status: 'CLOSED', outcome: 'BY_ITSELF' }],
      },
    ])
    expect(seen('askedOfPart').at(-1)).toMatchObject({
      status: 'REVOKED',
      maximum: 0,
      refunded: 10_000,
      refundability: { reasonCode: 'ALREADY_REFUNDED' },
      dispute: {
        status: 'LOST',
        stage: 'CHARGEBACK',
        amount: { amountMinor: 39_500 },
        lost: { amountMinor: 39_500 },
        settledBy: [],
        fee: { amountMinor: 2_000, currency: 'GBP' },
      },
      waiting: [],
    })
  })

  it('X2: what PayPal lists as a refund settles the dispute and is counted once; what it does not list is lost by it', () => {
    const open = {
      status: 'REGISTERED',
      dispute: { status: 'OPEN', refundable: 'WHOLE_ONLY' },
      refundability: { refundable: true },
    }
    const part = { status: 'REGISTERED', maximum: 39_500, waiting: ['DISPUTE_LOST_IN_PART'] }
    const ten = { amountMinor: 10_000 }
    expect(seen('listed')).toMatchObject([
      open,
      {
        ...part,
        refunded: 10_000,
        dispute: {
          status: 'LOST',
          lost: { amountMinor: 0 },
          settledBy: [{ amount: ten, dispute: { status: 'LOST' } }],
        },
      },
    ])
    expect(seen('unlisted')).toMatchObject([
      open,
      { ...part, refunded: 0, refunds: [], dispute: { status: 'LOST', lost: ten, settledBy: [] } },
    ])
  })

  it('X3: opened it suspends the credit, won it gives it back, lost it ends place and credit', async () => {
    expect(seen('studying').map(({ status, maximum }) => [status, maximum])).toEqual([
      ['REGISTERED', 49_500],
      ['REGISTERED', 49_500],
      ['REVOKED', 0],
    ])
    expect(seen('graduate').map(({ credit }) => credit)).toEqual(['SUSPENDED', 'AWARDED', 'REVOKED'])
    expect((await atPartner(world, played().all.studying.name)).active).toEqual([])
  })

  it('X4: lost and then won leaves the money to a person, who gives place and credit back', () => {
    expect(seen('reversed')).toMatchObject([
      { status: 'COMPLETED', credit: 'SUSPENDED' },
      { status: 'REVOKED', credit: 'REVOKED', waiting: [] },
      {
        status: 'STUCK',
        stuckReason: 'DISPUTE_REVERSED',
        credit: 'REVOKED',
        maximum: 49_500,
        refundability: { refundable: true, basis: 'REGISTRATION_ENDED', deadline: null },
        waiting: ['ENROLMENT_STUCK'],
      },
      { status: 'COMPLETED', credit: 'AWARDED', waiting: [] },
    ])
  })

  it('X5: all but a trifle counts as all; of a part the rest stays with the place, and a person', () => {
    expect(seen('most')).toMatchObject([
      {
        status: 'REVOKED',
        maximum: 0,
        refundability: { refundable: false, reasonCode: 'ALREADY_REFUNDED' },
        dispute: { lost: { amountMinor: 49_388 } },
        waiting: [],
      },
    ])
    expect(seen('part').slice(1)).toMatchObject([
      {
        status: 'COMPLETED',
        credit: 'AWARDED',
        maximum: 29_500,
        dispute: { status: 'LOST', lost: { amountMinor: 20_000 } },
        cases: expect.arrayContaining([
          expect.objectContaining({ kind: 'DISPUTE_LOST_IN_PART', status: 'OPEN', amount: { amountMinor: 29_500 } }),
        ]),
      },
      { status: 'REVOKED', maximum: 0, refunded: 29_500, waiting: [] },
    ])
  })

  it('X6: what an operator refunds while it is open goes back once', () => {
    const [, refunding, lost] = seen('refundedMeanwhile')
    expect(refunding).toMatchObject({ refunded: 49_500, dispute: { status: 'OPEN' } })
    expect(lost).toMatchObject({
      status: 'REVOKED',
      refunded: 49_500,
      maximum: 0,
      dispute: { status: 'LOST', lost: { amountMinor: 0 }, settledBy: [{ amount: whole }] },
      waiting: [],
    })
  })

  it('X7: an appeal leaves the place where it is, and says how it went', () => {
    expect(seen('appealed').slice(1)).toMatchObject([
      { status: 'REVOKED', waiting: [] },
      {
        status: 'REVOKED',
        refunds: [],
        dispute: { status: 'UNDER_REVIEW', stage: 'APPEAL', lost: { amountMinor: 0 }, closedAt: null },
        waiting: ['DISPUTE_OPEN'],
      },
      { status: 'REVOKED', dispute: { status: 'LOST', stage: 'APPEAL' }, waiting: [] },
    ])
    expect(seen('appealed').at(-1).dispute.history.slice(-2)).toEqual([
      { from: 'LOST', to: 'UNDER_REVIEW' },
      { from: 'UNDER_REVIEW', to: 'LOST' },
    ])
    const stages = seen('takenUpAgain').map(({ status, dispute: { stage, fee } }) => [status, stage, fee.amountMinor])
    expect(stages).toEqual([
      ['REGISTERED', 'ARBITRATION', 1_400],
      ['REVOKED', 'ARBITRATION', 1_400],
      ['REVOKED', 'APPEAL', 1_400],
      ['STUCK', 'APPEAL', 1_400],
    ])
  })

  it('X8: a warning of fraud is for a person, and is over with the refund, or with the dispute', () => {
    const warning = { kind: 'FRAUD_WARNING', amount: whole, subject: { __typename: 'Payment' } }
    expect(seen('warned')).toMatchObject([
      { status: 'REGISTERED', fraudWarningAt: day(onDay), cases: [{ ...warning, status: 'OPEN' }] },
      { status: 'REVOKED', refunded: 49_500, cases: [{ ...warning, status: 'CLOSED', outcome: 'BY_ITSELF' }] },
    ])
    expect(seen('warnedAndDisputed')[1]?.waiting).toEqual(['DISPUTE_OPEN'])
  })
})

describe('credit', () => {
  it.each(['cardWon', 'cardWithdrawn', 'payPalWon', 'payPalWithdrawn'] as const)(
    'is suspended while it is disputed, reviewed or not, and given back in the end: %s',
    (name) => {
      const end = name.endsWith('Won') ? 'WON' : 'WITHDRAWN'
      expect(delivered.seen[name]).toMatchObject([
        { status: 'COMPLETED', credit: 'SUSPENDED', dispute: { status: 'OPEN' } },
        { status: 'COMPLETED', credit: 'SUSPENDED', dispute: { status: 'UNDER_REVIEW' } },
        { status: 'COMPLETED', credit: 'AWARDED', dispute: { status: end }, waiting: [] },
      ])
    },
  )

  it.each(['cardLate', 'payPalLate'] as const)(
    'of a result that comes meanwhile is suspended until it is decided: %s',
    (name) => {
      expect(delivered.seen[name]).toMatchObject([
        { status: 'REGISTERED', credit: null },
        { status: 'COMPLETED', credit: 'SUSPENDED', creditWay: ['AWARDED', 'SUSPENDED'] },
        { credit: 'AWARDED' },
      ])
    },
  )

  it.each(['graduate', 'payPalLost'] as const)(
    'is revoked with the registration, traceably, when it is lost: %s',
    (name) => {
      const last = delivered.seen[name].at(-1)
      expect(last).toMatchObject({ status: 'REVOKED', credit: 'REVOKED' })
      expect(last.creditWay.slice(-2)).toEqual(['SUSPENDED', 'REVOKED'])
      expect(last.history.slice(-2)).toMatchObject([
        { from: 'COMPLETED', to: 'REVOKING', cause: 'DISPUTE_LOST' },
        { from: 'REVOKING', to: 'REVOKED', cause: 'REGISTRATION_ENDED' },
      ])
    },
  )
})

describe('a lost dispute that is decided the other way', () => {
  it('and then lost again ends as it did the first time', () => {
    const [, , , again] = delivered.seen.lostTwice
    expect(again).toMatchObject({ status: 'COMPENSATED', credit: 'REVOKED', refundability: { refundable: false } })
  })

  it('leaves only the money to an operator where the learner has enrolled anew', () => {
    const kinds = delivered.seen.enrolledAnew.map(({ status, waiting }) => [status, waiting])
    expect(kinds.slice(2)).toEqual([
      ['REVOKED', []],
      ['REVOKED', ['DISPUTE_REVERSED']],
      ['REVOKED', []],
    ])
  })
})

it('the day has what disputes took, less what came back, and so has what is exported', async () => {
  const date = day(0).slice(0, 10)
  const days = `moneyByDay(from: "${date}", to: "${date}", timeZone: "UTC") { method disputed { amountMinor } }`
  const { data } = await world.ask('operator', `{ viewer { operator { ${days} } } }`)
  type Day = { method: string; disputed: typeof whole }
  const took = data.viewer.operator.moneyByDay.map(({ method, disputed }: Day) => [method, disputed.amountMinor])
  expect(took).toEqual([
    ['CARD', 5 * 49_500 + 39_500 + 49_388 + 20_000],
    ['PAYPAL', 49_500 + 10_000],
  ])
  const payment = readGlobalId(delivered.all.unlisted.paymentId)?.uuid
  const lines = []
  const { read } = world.app.systemContext('disputes')
  for await (const one of exportLines({ read }, 'DISPUTES', { from: date, to: date, timeZone: 'UTC' })) lines.push(one)
  expect(lines.find((one) => one.payment === payment)).toMatchObject({
    status: 'LOST',
    stage: 'CHARGEBACK',
    reason: 'NOT_RECEIVED',
    amount: '495.00',
    lost: '100.00',
  })
})

it('X9: what was decided is looked at daily for 180 days, although nothing tells of it', async () => {
  const won = { steps: [disputed('won')] }
  const { all } = await play(world, { mode: 'delivered', onDay: 4 }, { buyer: won, later: won })
  await world.control('stripe', 'webhooks', { mode: 'drop' })
  // Not even the list of events tells of it.
  await world.control('stripe', 'permissions', { missing: ['events'] })
  const decidedAnew = (one: keyof typeof all) => disputed('lost')(world, all[one])
  const lost = [['Dispute', 'WON', 'LOST']]
  world.stopAt(day(24))
  await decidedAnew('buyer')
  world.stopAt(day(25))
  expect(await healed(world)).toEqual(lost)
  expect(await seenOf(world, all.buyer)).toMatchObject({ status: 'REVOKED', dispute: { status: 'LOST' } })
  expect(await healed(world)).toEqual([])
  await decidedAnew('later')
  world.stopAt(day(25, 23 * 3_600_000))
  expect(await healed(world)).toEqual([])
  const [em, later] = [world.app.orm.em.fork(), readGlobalId(all.later.paymentId)?.uuid]
  expect(await endedDisputes(em, new Date(day(184)))).toContain(later)
  expect(await endedDisputes(em, new Date(day(184, 1)))).not.toContain(later)
  await world.control('stripe', 'permissions', { missing: [] })
})
