/** Tests that transfer eligibility is dated, explained, signed and private. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerOf, awarded, externalCredit, qualificationId } from '../support/world/awarded.ts'
import { linked } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(() => world?.close())

const document = `query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) {
  outcome explanation transferable remaining digest statement policy { id version } claims { ref source title amount status explanation findings { rule status } }
  improvements { kind credit level } } }`
const ask = (who: string | null, more: object = {}) =>
  world.ask(who, document, { input: { qualificationId: leadership, ...more } })

describe('an answer', () => {
  it('names every rule, says what would change it, and is signed with the source of every claim', async () => {
    const { data, errors } = await ask(null, {
      externalCredits: [externalCredit('one'), externalCredit('two', { level: 6 })],
    })
    expect(errors).toBeUndefined()
    const answer = data.transferEligibility
    expect(answer).toMatchObject({ outcome: 'ELIGIBLE', transferable: '15', remaining: '165', policy: { version: 2 } })
    expect(answer.claims).toMatchObject([
      { ref: 'one', status: 'ACCEPTED' },
      { ref: 'two', status: 'REJECTED' },
    ])
    for (const { findings } of answer.claims) expect(findings).toHaveLength(11)
    expect(answer.claims.map(({ explanation }: { explanation: string }) => explanation)).toEqual([
      'It counts: its 15 CATS points at FHEQ level 7.',
      'It does not count. It is at FHEQ level 6; credit is accepted at FHEQ level 7.',
    ])
    expect(answer.explanation).toMatch(/^15 CATS points count towards MSc Leadership at University of Northmoor; /)
    expect(answer.improvements).toEqual([{ kind: 'MORE_CREDIT', credit: '15', level: 7 }])
    const signed = await world.app.signer.verify(answer.statement)
    expect(signed).toMatchObject({
      outcome: 'ELIGIBLE',
      transferable: '15',
      digest: answer.digest,
      qualification: leadership,
    })
    expect(signed?.claims).toMatchObject([
      { ref: 'one', source: 'EXTERNAL', amount: '15' },
      { ref: 'two', source: 'EXTERNAL' },
    ])
  })

  it('is of the policy of its day, and none where there was none', async () => {
    const credit = { externalCredits: [externalCredit('one', { awardedOn: '2020-01-31' })] }
    expect((await ask(null, { ...credit, asOf: '2025-07-31' })).data.transferEligibility.policy.version).toBe(1)
    expect((await ask(null, { ...credit, asOf: '2025-08-01' })).data.transferEligibility.policy.version).toBe(2)
    expect((await ask(null, { ...credit, asOf: '2023-07-31' })).data.transferEligibility).toMatchObject({
      outcome: 'NO_AGREEMENT',
      policy: null,
      statement: null,
      claims: [],
      remaining: '180',
      explanation:
        'University of Northmoor has no agreement about credit for MSc Leadership on 2023-07-31, and will have one from 2023-08-01 on.',
    })
    const harbor = await qualificationId(world, 'harbor-state-university', 'graduate-diploma-energy-studies')
    expect((await ask(null, { ...credit, qualificationId: harbor })).data.transferEligibility).toMatchObject({
      outcome: 'NOT_PARTICIPATING',
      policy: null,
      statement: null,
      explanation: expect.stringMatching(/^Harbor State University does not take part in credit transfer here/),
    })
  })
})

it.each([
  [{ externalCredits: [externalCredit('x', { amount: '0' })] }, ['input', 'externalCredits', '0', 'amount']],
  [{ externalCredits: [externalCredit('x'), externalCredit('x')] }, ['input', 'externalCredits', '1', 'ref']],
  [{ externalCredits: [externalCredit('x', { level: 9 })] }, ['input', 'externalCredits', '0', 'level']],
  [
    { externalCredits: [externalCredit('x', { awardedOn: '2999-01-01' })] },
    ['input', 'externalCredits', '0', 'awardedOn'],
  ],
])('what does not fit is refused, naming the field: %#', async (more, field) => {
  const { data, errors } = await ask(null, more)
  expect(data.transferEligibility).toBeNull()
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }])
})

it('a record is answered for its learner and operators, and unknown to everybody else', async () => {
  const persona = await linked(world, 'eliza')
  const record = await awarded(world, persona)
  for (const who of [persona, 'operator']) {
    const { data } = await ask(who, { creditRecordIds: [record] })
    expect(data.transferEligibility).toMatchObject({
      transferable: '15',
      claims: [{ ref: record, source: 'CREDIT_RECORD' }],
    })
  }
  for (const who of ['grace', 'registrar-2', 'institution-client-2', null]) {
    const { data, errors } = await ask(who, { creditRecordIds: [record] })
    expect(data.transferEligibility).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: ['input', 'creditRecordIds', '0'] } }])
  }
})

it('in a batch what cannot be answered is rejected alone, in its place', async () => {
  const inputs = [
    { qualificationId: leadership, externalCredits: [externalCredit('a')], clientRef: 'good' },
    { qualificationId: 'nothing', clientRef: 'bad' },
    { qualificationId: leadership, courseIds: ['nothing'] },
  ]
  const batch = await answerOf(
    world,
    null,
    `query ($inputs: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $inputs) {
      ... on TransferEligibility { clientRef transferable }
      ... on TransferEligibilityRejected { index clientRef userErrors { code field } } } }`,
    { inputs },
  )
  expect(batch).toEqual([
    { clientRef: 'good', transferable: '15' },
    { index: 1, clientRef: 'bad', userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '1', 'qualificationId'] }] },
    { index: 2, clientRef: null, userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '2', 'courseIds', '0'] }] },
  ])
})
