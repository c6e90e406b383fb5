/** Tests that decideTransferApplication agrees or declines and leaves the frozen answer unchanged. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { inDays, linked, newKey } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let leadership: string
let publicHealth: string
beforeAll(async () => {
  world = await startWorld()
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  publicHealth = await qualificationId(world, 'strathallan-university', 'pg-diploma-public-health')
})
afterAll(() => world?.close())

const eligibility = `eligibility { outcome explanation transferable potential remaining validUntil digest statement asOf
  policy { version maxCredit effectiveTo } qualification { title } levels { level placed }
  claims { ref title status counted placedAtLevel explanation findings { rule status message clause } } improvements { message } }`
const result = `application { id status submittedAt decidedAt agreedCredit reasons history { from to cause actor } ${eligibility} }
  userErrors { __typename code message field ... on CreditAlreadyUsed { creditRecordIds } ... on IllegalTransition { from to } }`

interface Payload {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  application: any
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  userErrors: any[]
}

function mutate(who: string, name: string, input: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`
  return answerOf(world, who, `mutation ($input: ${type}) { ${name}(input: $input) { ${result} } }`, { input })
}
const apply = (who: string, creditRecordIds: string[], qualification = leadership) =>
  mutate(who, 'applyForTransfer', { qualificationId: qualification, creditRecordIds, idempotencyKey: newKey() })
const decide = (who: string, applicationId: string, decision: string, more: object = {}) =>
  mutate(who, 'decideTransferApplication', { applicationId, decision, ...more })

async function asSeenBy(who: string, id: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on TransferApplication {
    status agreedCredit reasons history { to actor } ${eligibility} } } }`
  return (await world.ask(who, document, { id })).data.node
}

async function usesOf(who: string, record: string): Promise<string[]> {
  const document = 'query ($id: ID!) { node(id: $id) { ... on CreditRecord { uses { status } } } }'
  const { data } = await world.ask(who, document, { id: record })
  return data.node.uses.map(({ status }: { status: string }) => status)
}

describe('applications for the same credit, to two institutions at once', () => {
  it('of ten exactly one is made, whatever the order of their records', async () => {
    const persona = await linked(world, 'xenia')
    const records = [await awarded(world, persona), await awarded(world, persona)]
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        apply(persona, n % 4 < 2 ? records : records.toReversed(), n % 2 ? leadership : publicHealth),
      ),
    )
    expect(answers.filter(({ application }) => application !== null)).toHaveLength(1)
    for (const { userErrors } of answers.filter(({ application }) => application === null)) {
      expect(userErrors).toMatchObject([{ code: 'CREDIT_ALREADY_USED', field: ['input', 'creditRecordIds'] }])
      expect(userErrors[0].creditRecordIds.toSorted()).toEqual(records.toSorted())
      // Nothing of where it went: the learner finds that in the record's uses.
      expect(userErrors[0].message).not.toMatch(/Northmoor|Strathallan|Leadership|Health/)
    }
    for (const record of records) expect(await usesOf(persona, record)).toEqual(['RESERVED'])
  })
})

describe('a decision', () => {
  it('in part counts the credit, and says how much was agreed and why', async () => {
    const persona = await linked(world, 'yusuf')
    const record = await awarded(world, persona)
    const { application } = await apply(persona, [record])
    for (const agreedCredit of [undefined, '0', '-5', '15', '20', '7.555']) {
      const { userErrors } = await decide('registrar-2', application.id, 'AGREE_IN_PART', { agreedCredit })
      expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', 'agreedCredit'] }])
    }
    expect((await decide('registrar-2', application.id, 'AGREE', { agreedCredit: '10' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['input', 'agreedCredit'] },
    ])
    const reasons = ['Unit 3 overlaps with a compulsory module.', 'The rest is welcome.']
    const decided = await decide('registrar-2', application.id, 'AGREE_IN_PART', { agreedCredit: '7.50', reasons })
    expect(decided.userErrors).toEqual([])
    expect(await asSeenBy(persona, application.id)).toMatchObject({
      status: 'PARTLY_AGREED',
      agreedCredit: '7.5',
      reasons,
      history: [
        { to: 'SUBMITTED', actor: null },
        { to: 'PARTLY_AGREED', actor: null },
      ],
    })
    expect(await usesOf(persona, record)).toEqual(['COUNTED'])
    const { history } = await asSeenBy('operator', application.id)
    expect(history[1].actor).toMatch(/^user:/)
    expect((await decide('registrar-2', application.id, 'DECLINE')).userErrors).toMatchObject([
      { code: 'ILLEGAL_TRANSITION', from: 'PARTLY_AGREED', to: 'DECLINED' },
    ])
  })

  it('that declines gives its reasons and frees the credit for another application', async () => {
    const persona = await linked(world, 'zelda')
    const record = await awarded(world, persona)
    const { application } = await apply(persona, [record])
    const reasons = ['The programme is full this year.']
    const more = { reasons, idempotencyKey: newKey() }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => decide('institution-client-2', application.id, 'DECLINE', more)),
    )
    for (const answer of answers) {
      expect(answer).toMatchObject({ application: { status: 'DECLINED', agreedCredit: null, reasons }, userErrors: [] })
      expect(answer.application.history).toHaveLength(2)
    }
    expect((await asSeenBy(persona, application.id)).reasons).toEqual(reasons)
    expect(await usesOf(persona, record)).toEqual([])
    expect((await apply(persona, [record], publicHealth)).application).toMatchObject({ status: 'SUBMITTED' })
  })

  it('is one, of many made at once', async () => {
    const persona = await linked(world, 'ulla')
    const { application } = await apply(persona, [await awarded(world, persona)])
    const decisions = ['AGREE', 'DECLINE', 'AGREE', 'DECLINE', 'AGREE']
    const answers = await Promise.all(decisions.map((decision) => decide('registrar-2', application.id, decision)))
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1)
    expect((await asSeenBy(persona, application.id)).history).toHaveLength(2)
  })
})

describe('the eligibility of an application', () => {
  it('stays as it was when the policy, the record and the use of it have changed', async () => {
    const persona = await linked(world, 'vito')
    const record = await awarded(world, persona)
    const { application } = await apply(persona, [record])
    const before = application.eligibility
    expect(before).toMatchObject({ outcome: 'ELIGIBLE', transferable: '15', policy: { version: 2, effectiveTo: null } })
    const publish = `mutation ($input: PublishTransferPolicyInput!) { publishTransferPolicy(input: $input) { policy { version } } }`
    const terms = { agreement: 'AUTOMATIC', maxCredit: '15', acceptedLevels: [7], minimumGrade: '99' }
    const input = { qualificationId: leadership, ...terms, effectiveFrom: inDays(0).slice(0, 10) }
    expect(await answerOf(world, 'registrar-2', publish, { input })).toMatchObject({ policy: { version: 3 } })
    await world.app.orm.em.fork().execute("update credit_record set status = 'REVOKED', grade = 1, credit_amount = 1")
    await decide('registrar-2', application.id, 'AGREE')
    for (const who of [persona, 'registrar-2', 'institution-client-2', 'operator']) {
      expect((await asSeenBy(who, application.id)).eligibility).toEqual(before)
    }
    const now = `query ($input: TransferEligibilityInput!) { transferEligibility(input: $input) { outcome digest policy { version } } }`
    const asked = { qualificationId: leadership, creditRecordIds: [record] }
    const answer = (await answerOf(world, persona, now, { input: asked })) as { digest: string }
    expect(answer).toMatchObject({ outcome: 'INELIGIBLE', policy: { version: 3 } })
    expect(answer.digest).not.toBe(before.digest)
  })
})
