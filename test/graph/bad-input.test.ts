/** Tests that bad input to mutations is refused by field and writes nothing. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { awarded, qualificationId } from '../support/world/awarded.ts'
import { back, inDays, linked, newRun, paid } from '../support/world/study.ts'
import { digestOf } from '../support/world/untouched.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
/** Good values of every input, made before anything is asked; each case spoils one. */
const good: Record<string, Record<string, unknown>> = {}
const runs: Record<string, string> = {}
let kit: string

beforeAll(async () => {
  world = await startWorld()
  kit = await linked(world, 'kit')
  const open = await newRun(world)
  const { enrolmentId, paymentId } = await paid(world, kit, (await newRun(world)).id)
  await world.settle()
  runs.closed = (await newRun(world, { start_time: inDays(20), enrolment_closes_at: inDays(-1) })).id
  runs.early = (await newRun(world, { start_time: inDays(90), enrolment_opens_at: inDays(10) })).id
  runs.past = (await newRun(world, { start_time: inDays(-400), enrolment_closes_at: inDays(-399) })).id
  runs.full = (await newRun(world, { capacity: 1 })).id
  await paid(world, await linked(world, 'earlier'), runs.full)
  await world.settle()
  const qualification = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  const record = await awarded(world, kit)
  const idempotencyKey = 'bad-input'
  Object.assign(good, {
    enrol: { courseRunId: open.id, paymentMethod: 'CARD', returnUrl: back, termsAccepted: true, idempotencyKey },
    completePayment: { paymentId },
    retryPayment: { enrolmentId, paymentMethod: 'CARD', returnUrl: back, idempotencyKey },
    cancelEnrolment: { enrolmentId },
    requestRefund: { enrolmentId, idempotencyKey, reason: 'asked for' },
    linkPartnerAccount: { returnUrl: back },
    shareCredit: { creditRecordIds: [record], expiresAt: inDays(3), idempotencyKey },
    revokeCreditShare: { creditShareId: strange('CreditShare') },
    applyForTransfer: { qualificationId: qualification, creditRecordIds: [record], idempotencyKey },
    withdrawTransferApplication: { applicationId: strange('TransferApplication') },
    decideTransferApplication: { applicationId: strange('TransferApplication'), decision: 'AGREE', idempotencyKey },
    resolveStuckEnrolment: { enrolmentId, resolution: 'RETRY_REFUND', reason: 'It works now.', idempotencyKey },
    publishTransferPolicy: {
      qualificationId: qualification,
      effectiveFrom: '2040-01-01',
      agreement: 'AUTOMATIC',
      idempotencyKey,
      acceptedLevels: [6, 7],
      maxCredit: '60',
      granularity: '15',
    },
  })
}, 60_000)
afterAll(() => world?.close())

const strange = (type: string) => globalId(type, randomUUID())

interface Refused {
  code: string
  field: string[]
  message: string
}

/** What a mutation says, returned or thrown; a thrown field is the variable's path, which is the same path. */
async function refusalsOf(persona: string, mutation: string, input: object): Promise<Refused[]> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { userErrors { code field message } } }`
  const { data, errors } = await world.ask(persona, document, { input })
  if (!errors) return data[mutation].userErrors
  return errors.map(({ message, extensions }) => ({
    code: extensions.code,
    message,
    field: (extensions as { field?: string[] }).field ?? [],
  }))
}

/** Spoils one value of the good input: what is refused, where, and in what words. */
type Case = [
  mutation: string,
  spoil: () => Record<string, unknown>,
  code: RegExp,
  field: string,
  says: RegExp,
  who?: string,
]

const expectRefusal = async ([mutation, spoil, code, field, says, who]: Case) => {
  const before = await digestOf(world.databaseUrl)
  const refusals = await refusalsOf(who ?? kit, mutation, { ...good[mutation], ...spoil() })
  const [first] = refusals
  expect(first).toMatchObject({
    code: expect.stringMatching(code),
    field: expect.arrayContaining(['input', field]),
    message: expect.stringMatching(says),
  })
  expect(first?.message).toMatch(/\.$/)
  expect(await digestOf(world.databaseUrl)).toEqual(before)
}

const named = (cases: Case[]) => cases.map((one) => [one[0], one[3], one] as const)

describe('unknown ids', () => {
  const wanted: [mutation: string, field: string, type: string, who?: string][] = [
    ['enrol', 'courseRunId', 'CourseRun'],
    ['completePayment', 'paymentId', 'Payment'],
    ['retryPayment', 'enrolmentId', 'Enrolment'],
    ['cancelEnrolment', 'enrolmentId', 'Enrolment'],
    ['requestRefund', 'enrolmentId', 'Enrolment'],
    ['requestRefund', 'paymentId', 'Payment'],
    ['revokeCreditShare', 'creditShareId', 'CreditShare'],
    ['applyForTransfer', 'qualificationId', 'Qualification'],
    ['withdrawTransferApplication', 'applicationId', 'TransferApplication'],
    ['decideTransferApplication', 'applicationId', 'TransferApplication', 'registrar-2'],
    ['resolveStuckEnrolment', 'enrolmentId', 'Enrolment', 'operator'],
    ['publishTransferPolicy', 'qualificationId', 'Qualification', 'registrar-2'],
  ]
  const cases: Case[] = wanted.flatMap(([mutation, field, type, who]) =>
    ['nonsense', '', strange(type), strange('Institution'), 'x'.repeat(5000)].map(
      (id): Case => [mutation, () => ({ [field]: id }), /^NOT_FOUND$/, field, /no such/i, who],
    ),
  )
  it.each(named(cases))('%s says that there is no such %s', (_mutation, _field, one) => expectRefusal(one))

  it.each(
    named([
      ['shareCredit', () => ({ creditRecordIds: ['nonsense'] }), /^NOT_FOUND$/, 'creditRecordIds', /no such/i],
      ['applyForTransfer', () => ({ creditRecordIds: ['nonsense'] }), /^NOT_FOUND$/, 'creditRecordIds', /no such/i],
      [
        'shareCredit',
        () => ({ institutionSlug: 'nowhere' }),
        /^NOT_FOUND$/,
        'institutionSlug',
        /no (such )?institution/i,
      ],
    ]),
  )('%s says so of each of %s', (_mutation, _field, one) => expectRefusal(one))
})

describe('idempotency keys', () => {
  const asked: [string, string?][] = [
    ...([['enrol'], ['retryPayment'], ['requestRefund'], ['shareCredit'], ['applyForTransfer']] as [string][]),
    ['decideTransferApplication', 'registrar-2'],
    ['resolveStuckEnrolment', 'operator'],
    ['publishTransferPolicy', 'registrar-2'],
  ]
  const cases = asked.flatMap(([mutation, who]) =>
    ['', '  ', 'x'.repeat(201)].map(
      (key): Case => [mutation, () => ({ idempotencyKey: key }), /^INVALID_INPUT$/, 'idempotencyKey', /1 to 200/, who],
    ),
  )
  it.each(named(cases))('%s wants one of 1 to 200 characters as its %s', (_mutation, _field, one) => expectRefusal(one))
})

describe('return addresses', () => {
  const addresses: [string, RegExp][] = [
    ['javascript:alert(1)', /http/],
    ['ftp://app.example/', /http/],
    ['not an address', /URL|http/],
    ['https://evil.example/', /origin/],
    ['https://app.example.evil.example/', /origin/],
    ['http://app.example/', /origin/],
    ['https://user:pass@app.example/', /user name/],
  ]
  const cases = ['enrol', 'retryPayment', 'linkPartnerAccount'].flatMap((mutation) =>
    addresses.map(
      ([returnUrl, says]): Case => [
        mutation,
        () => ({ returnUrl }),
        /^(INVALID_INPUT|BAD_USER_INPUT)$/,
        'returnUrl',
        says,
      ],
    ),
  )
  it.each(named(cases))('%s sends nobody to a foreign %s', (_mutation, _field, one) => expectRefusal(one))
})

describe('runs and methods', () => {
  it.each(
    named([
      ['enrol', () => ({ courseRunId: runs.closed }), /^ENROLMENT_CLOSED$/, 'courseRunId', /closed/i],
      ['enrol', () => ({ courseRunId: runs.early }), /^ENROLMENT_CLOSED$/, 'courseRunId', /open/i],
      ['enrol', () => ({ courseRunId: runs.past }), /^ENROLMENT_CLOSED$/, 'courseRunId', /./],
      ['enrol', () => ({ courseRunId: runs.full }), /^RUN_FULL$/, 'courseRunId', /place/i],
      ['enrol', () => ({ termsAccepted: false }), /^INVALID_INPUT$/, 'termsAccepted', /must be true/],
      ['enrol', () => ({ paymentMethod: 'CASH' }), /^BAD_USER_INPUT$/, 'paymentMethod', /CARD, PAYPAL/],
      ['retryPayment', () => ({ paymentMethod: 'card' }), /^BAD_USER_INPUT$/, 'paymentMethod', /CARD, PAYPAL/],
    ]),
  )('%s refuses what does not fit as %s', (_mutation, _field, one) => expectRefusal(one))
})

describe('values', () => {
  it.each(
    named([
      ['requestRefund', () => ({ amountMinor: 0 }), /^INVALID_INPUT$/, 'amountMinor', /1 or more/, 'operator'],
      [
        'requestRefund',
        () => ({ amountMinor: 2 ** 31 - 1 }),
        /^REFUND_AMOUNT_EXCEEDED$/,
        'amountMinor',
        /most/,
        'operator',
      ],
      [
        'requestRefund',
        () => ({ amountMinor: 2 ** 53 }),
        /^BAD_USER_INPUT$/,
        'amountMinor',
        /9,007,199,254,740,991/,
        'operator',
      ],
      ['requestRefund', () => ({ reason: ' ' }), /^INVALID_INPUT$/, 'reason', /reason/, 'operator'],
      ['requestRefund', () => ({ amountMinor: 100 }), /^FORBIDDEN$/, 'amountMinor', /operators/],
      ['requestRefund', () => ({ keepRegistration: true }), /^FORBIDDEN$/, 'keepRegistration', /operators/],
      ['shareCredit', () => ({ expiresAt: inDays(-1) }), /^INVALID_INPUT$/, 'expiresAt', /future/],
      ['shareCredit', () => ({ expiresAt: 'tomorrow' }), /^BAD_USER_INPUT$/, 'expiresAt', /Expected|instant|date/i],
      ['shareCredit', () => ({ creditRecordIds: [] }), /^INVALID_INPUT$/, 'creditRecordIds', /1 to 100/],
      ['applyForTransfer', () => ({ creditRecordIds: [] }), /^INVALID_INPUT$/, 'creditRecordIds', /1/],
      ['resolveStuckEnrolment', () => ({ reason: '' }), /^INVALID_INPUT$/, 'reason', /reason/i, 'operator'],
      ['resolveStuckEnrolment', () => ({}), /^ILLEGAL_TRANSITION$/, 'enrolmentId', /STUCK/, 'operator'],
      ['cancelEnrolment', () => ({}), /^ILLEGAL_TRANSITION$/, 'enrolmentId', /paid|cancel/i],
      ['retryPayment', () => ({}), /^ILLEGAL_TRANSITION$/, 'enrolmentId', /paid|pay/i],
      ['publishTransferPolicy', () => ({ maxCredit: '-1' }), /INPUT$/, 'maxCredit', /0|credit/i, 'registrar-2'],
      ['publishTransferPolicy', () => ({ granularity: '0' }), /INPUT$/, 'granularity', /0|credit/i, 'registrar-2'],
      [
        'publishTransferPolicy',
        () => ({ effectiveFrom: '2020-01-01' }),
        /^POLICY_OVERLAP$/,
        'effectiveFrom',
        /overlap|version/,
        'registrar-2',
      ],
      ['publishTransferPolicy', () => ({ effectiveFrom: '2040-02-30' }), /INPUT$/, 'effectiveFrom', /./, 'registrar-2'],
      ['publishTransferPolicy', () => ({ effectiveTo: '2039-01-01' }), /INPUT$/, 'effectiveTo', /./, 'registrar-2'],
      ['publishTransferPolicy', () => ({ acceptedLevels: [99] }), /INPUT$/, 'acceptedLevels', /level/i, 'registrar-2'],
      ['publishTransferPolicy', () => ({ minimumGrade: '101' }), /INPUT$/, 'minimumGrade', /100/, 'registrar-2'],
    ]),
  )('%s says what %s has to be', (_mutation, _field, one) => expectRefusal(one))
})

const longText = (size: number) => '🙂'.repeat(size)
const manyIds = (size: number): string[] => Array(size).fill('x')

/** Bounds that mutations keep in their own words: what is ten times as long is refused before them. */
const ownBounds: [mutation: string, field: string, make: (size: number) => unknown, most: number, who?: string][] = [
  ['enrol', 'idempotencyKey', longText, 200],
  ['requestRefund', 'idempotencyKey', longText, 200],
  ['publishTransferPolicy', 'idempotencyKey', longText, 200, 'registrar-2'],
  ['requestRefund', 'reason', longText, 500],
  ['resolveStuckEnrolment', 'reason', longText, 500, 'operator'],
  ['shareCredit', 'creditRecordIds', manyIds, 100],
]

describe('what is too long', () => {
  const cases = ownBounds.flatMap(([mutation, field, make, most, who]): Case[] => {
    const spoil = (size: number) => () => ({ [field]: make(size) })
    return [
      [mutation, spoil(most + 1), /^INVALID_INPUT$/, field, new RegExp(`${most}`), who],
      [mutation, spoil(10 * most), /^INVALID_INPUT$/, field, new RegExp(`${most}`), who],
      [mutation, spoil(10 * most + 1), /^BAD_USER_INPUT$/, field, new RegExp(`at most ${most} fit`), who],
    ]
  })
  it.each(named(cases))('is refused by %s in its own words, unless it is far too long a %s', (_mutation, _field, one) =>
    expectRefusal(one),
  )

  it('is longer than the longest that is taken', async () => {
    const longest = { idempotencyKey: longText(200), reason: longText(500) }
    const refusals = await refusalsOf('operator', 'resolveStuckEnrolment', {
      ...good.resolveStuckEnrolment,
      ...longest,
    })
    expect(refusals).toMatchObject([{ code: 'ILLEGAL_TRANSITION', field: ['input', 'enrolmentId'] }])
  })

  it('is never published: a clause of 1.5 MB', () => {
    const spoil = () => ({ clauses: [{ rule: 'LEVEL', text: 'x'.repeat(1_500_000) }] })
    const says = /1500000 characters; at most 2000 fit/
    return expectRefusal(['publishTransferPolicy', spoil, /^BAD_USER_INPUT$/, 'clauses', says, 'registrar-2'])
  })
})

it.each([
  ['enrol', 'kit'],
  ['shareCredit', 'kit'],
  ['applyForTransfer', 'kit'],
  ['publishTransferPolicy', 'registrar-2'],
])('%s does what is asked when nothing is spoilt', async (mutation, who) => {
  const persona = who === 'kit' ? kit : who
  expect(await refusalsOf(persona, mutation, good[mutation] as object)).toEqual([])
})
