/** Tests that shared credit opens by its code only and every access is logged. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { linked } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let record: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'sheila')
  record = await awarded(world, persona)
})
afterAll(() => world?.close())

interface Payload {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  creditShare: any
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  userErrors: any[]
}
const DAY_MS = 86_400_000
const soon = () => new Date(Date.now() + DAY_MS).toISOString()
function share(who: string, more: object = {}): Promise<Payload> {
  const document = `mutation ($input: ShareCreditInput!) { shareCredit(input: $input) {
    creditShare { id code url learnerName institution { slug } } userErrors { code field ... on RateLimited { retryAfter } } } }`
  return answerOf(world, who, document, { input: { creditRecordIds: [record], expiresAt: soon(), ...more } })
}
const look = (who: string | null, code: string) =>
  world.ask(
    who,
    'query ($code: String!) { creditShare(code: $code) { learnerName creditRecords { id status learner { id } } accesses { totalCount } } }',
    { code },
  )
const looks = async (id: string) => {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on CreditShare { accesses { nodes { by institution { slug } } } } } }'
  return (await world.ask(persona, document, { id })).data.node.accesses.nodes
}

it('an institution that has the code sees the records, and the learner sees who looked', async () => {
  const { creditShare, userErrors } = await share(persona)
  expect(userErrors).toEqual([])
  const { data } = await look('registrar', creditShare.code)
  expect(data.creditShare).toEqual({
    learnerName: 'Sheila Learner',
    accesses: null,
    creditRecords: [{ id: record, status: 'AWARDED', learner: null }],
  })
  expect(await looks(creditShare.id)).toEqual([{ by: 'Rosa Okafor', institution: { slug: 'the-open-university' } }])
})

it('what shares and what takes back lead to the learner, whose list is as it then stands', async () => {
  const learner = 'learner { id displayName creditShares(first: 1) { nodes { id revokedAt } } }'
  const made = (await answerOf(
    world,
    persona,
    `mutation ($input: ShareCreditInput!) { shareCredit(input: $input) { creditShare { id } ${learner} } }`,
    { input: { creditRecordIds: [record], expiresAt: soon() } },
  )) as { creditShare: { id: string }; learner: object }
  const { id } = made.creditShare
  expect(made.learner).toMatchObject({
    displayName: 'Sheila Learner',
    creditShares: { nodes: [{ id, revokedAt: null }] },
  })
  const revoked = await answerOf(
    world,
    persona,
    `mutation ($id: ID!) { revokeCreditShare(input: { creditShareId: $id }) { ${learner} } }`,
    { id },
  )
  expect(revoked).toMatchObject({ learner: { creditShares: { nodes: [{ id, revokedAt: expect.any(String) }] } } })
})

it('a question about a shared record is answered with its code, refused without it, and is one look', async () => {
  const { creditShare } = await share(persona)
  const id = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
  const ask = (more: object) =>
    world.ask(
      'institution-client-2',
      'query ($inputs: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $inputs) { ... on TransferEligibility { transferable } ... on TransferEligibilityRejected { userErrors { code } } } }',
      { inputs: Array.from({ length: 3 }, () => ({ qualificationId: id, creditRecordIds: [record], ...more })) },
    )
  const refused = { userErrors: [{ code: 'NOT_FOUND' }] }
  expect((await ask({})).data.transferEligibilityBatch).toEqual([refused, refused, refused])
  const answered = { transferable: '15' }
  expect((await ask({ shareCode: creditShare.code })).data.transferEligibilityBatch).toEqual([
    answered,
    answered,
    answered,
  ])
  expect(await looks(creditShare.id)).toMatchObject([{ by: 'institution-client-2' }])
})

it('a share for one institution opens for no other, and one taken back or over opens for nobody', async () => {
  const northmoor = (await share(persona, { institutionSlug: 'university-of-northmoor' })).creditShare
  expect((await look('registrar', northmoor.code)).data.creditShare).toBeNull()
  expect((await look('registrar-2', northmoor.code)).data.creditShare).not.toBeNull()
  const document = `mutation ($id: ID!) { revokeCreditShare(input: { creditShareId: $id }) { creditShare { revokedAt } userErrors { code } } }`
  const stranger = await answerOf(world, 'grace', document, { id: northmoor.id })
  expect(stranger).toEqual({ creditShare: null, userErrors: [{ code: 'NOT_FOUND' }] })
  const taken = (await answerOf(world, persona, document, { id: northmoor.id })) as Payload
  expect(taken.creditShare.revokedAt).not.toBeNull()
  expect((await look('registrar-2', northmoor.code)).data.creditShare).toBeNull()
  const { creditShare } = await share(persona)
  world.pass(2 * 24 * 60)
  const late = await look('registrar', creditShare.code)
  world.pass(-2 * 24 * 60)
  expect(late.data.creditShare).toBeNull()
})

it('refuses what is not theirs, what is over already, and who may not look', async () => {
  expect((await share('grace')).userErrors).toMatchObject([
    { code: 'NOT_FOUND', field: ['input', 'creditRecordIds', '0'] },
  ])
  const past = { expiresAt: '2020-01-01T00:00:00Z' }
  expect((await share(persona, past)).userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['input', 'expiresAt'] }])
  expect((await look('grace', 'x')).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  expect((await look(null, 'x')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
})

it('sixty shares at once are fifty; another is to be had once one is taken back or over', async () => {
  const owner = await linked(world, 'sylvie')
  const own = await awarded(world, owner)
  const until = (days: number) => ({
    creditRecordIds: [own],
    expiresAt: new Date(world.now().getTime() + days * DAY_MS),
  })
  const same = { ...until(2), idempotencyKey: 'first' }
  const { creditShare: first } = await share(owner, same)
  const answers = await Promise.all(Array.from({ length: 59 }, () => share(owner, until(3))))
  const refused = answers.filter(({ userErrors }) => userErrors.length > 0)
  expect(refused).toHaveLength(10)
  for (const { creditShare, userErrors } of refused) {
    expect(creditShare).toBeNull()
    expect(userErrors).toEqual([{ code: 'RATE_LIMITED', field: [], retryAfter: expect.any(Number) }])
    expect(Math.abs(userErrors[0].retryAfter - (2 * DAY_MS) / 1000)).toBeLessThan(300)
  }
  expect((await share(owner, same)).creditShare.id).toBe(first.id)
  expect((await share(persona)).userErrors).toEqual([])
  const document = 'mutation ($id: ID!) { revokeCreditShare(input: { creditShareId: $id }) { userErrors { code } } }'
  await answerOf(world, owner, document, { id: first.id })
  expect((await share(owner, until(3))).userErrors).toEqual([])
  expect((await share(owner, until(9))).userErrors).toMatchObject([{ code: 'RATE_LIMITED' }])
  world.pass(3 * 24 * 60 + 1)
  const later = await share(owner, until(9))
  world.pass(-3 * 24 * 60 - 1)
  expect(later.userErrors).toEqual([])
})
