/** A share opens only for an institution that has the code, in time; the learner sees who looked. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world.ts'

let world: World
let record: string
let qualificationId: string
beforeAll(async () => {
  world = await startWorld()
  const { data } = await world.ask(
    'ada',
    '{ viewer { learner { creditRecords { nodes { id } } } } qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } }',
  )
  record = data.viewer.learner.creditRecords.nodes[0].id
  qualificationId = data.qualification.id
})
afterAll(() => world?.close())

const shareDocument = `mutation ($input: ShareCreditInput!) { shareCredit(input: $input) {
  creditShare { id code url learnerName } userErrors { code field } } }`
const openDocument = `query ($code: String!) { creditShare(code: $code) { learnerName creditRecords { holderName credit { amount } learner { id } } accesses { totalCount } } }`
const share = (more: object = {}, persona = 'ada') =>
  world.ask(persona, shareDocument, {
    input: { creditRecordIds: [record], expiresAt: '2027-06-01T00:00:00Z', ...more },
  })
const open = (persona: string | null, code: string) => world.ask(persona, openDocument, { code })

it('an institution that has the code sees the records, and the learner sees the look', async () => {
  const { creditShare } = (await share()).data.shareCredit
  expect(creditShare.code.length).toBeGreaterThanOrEqual(22)
  const seen = (await open('registrar', creditShare.code)).data.creditShare
  expect(seen).toMatchObject({
    learnerName: 'Ada Lovelace',
    creditRecords: [{ credit: { amount: '15' }, learner: null }],
    accesses: null,
  })
  const { data } = await world.ask(
    'ada',
    '{ viewer { learner { creditShares { nodes { accesses { nodes { by institution { slug } } } } } } } }',
  )
  expect(data.viewer.learner.creditShares.nodes[0].accesses.nodes).toEqual([
    { by: 'Rosa Okafor', institution: { slug: 'the-open-university' } },
  ])
})

it('a foreign, revoked, expired or unknown code all read the same', async () => {
  const one = (await share({ institutionSlug: 'the-open-university' })).data.shareCredit.creditShare
  expect((await open('registrar-2', one.code)).data.creditShare).toBeNull()
  expect((await open('grace', one.code)).data.creditShare).toBeNull()
  expect((await open(null, one.code)).data.creditShare).toBeNull()
  expect((await open('registrar', `${one.code}x`)).data.creditShare).toBeNull()
  expect((await open('registrar', one.code)).data.creditShare).not.toBeNull()
  await world.ask(
    'ada',
    'mutation ($id: ID!) { revokeCreditShare(input: { creditShareId: $id }) { creditShare { revokedAt } } }',
    { id: one.id },
  )
  expect((await open('registrar', one.code)).data.creditShare).toBeNull()
})

it('the code lets its institution ask about the record, and nothing else does', async () => {
  const ask = (persona: string, shareCode?: string) =>
    world.ask(persona, 'query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { transferable } }', {
      i: { qualificationId, creditRecordIds: [record], ...(shareCode && { shareCode }) },
    })
  const { code } = (await share()).data.shareCredit.creditShare
  expect((await ask('registrar')).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  expect((await ask('registrar', code)).data.transferEligibility.transferable).toBe('0')
  expect((await ask('grace', code)).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
})

it('records of others, no records and wrong instants are refused by their field', async () => {
  expect((await share({}, 'grace')).data.shareCredit.userErrors[0]).toMatchObject({ code: 'NOT_FOUND' })
  expect((await share({ creditRecordIds: [] })).data.shareCredit.userErrors[0].field).toEqual([
    'input',
    'creditRecordIds',
  ])
  expect((await share({ expiresAt: '2020-01-01T00:00:00Z' })).data.shareCredit.userErrors[0].field).toEqual([
    'input',
    'expiresAt',
  ])
})
