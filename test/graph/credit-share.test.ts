/** Tests that a wrong share code reveals no reason and guesses are bounded. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { answerOf, awarded, qualificationId } from '../support/world/awarded.ts'
import { linked } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
let record: string
let leadership: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'shirin')
  record = await awarded(world, persona)
  leadership = await qualificationId(world, 'university-of-northmoor', 'msc-leadership')
})
afterAll(() => world?.close())

const MINUTES_PER_DAY = 24 * 60

async function share(more: object = {}): Promise<{ id: string; code: string }> {
  const document = `mutation ($input: ShareCreditInput!) { shareCredit(input: $input) { creditShare { id code } } }`
  const expiresAt = new Date(Date.now() + 5 * MINUTES_PER_DAY * 60_000).toISOString()
  const input = { creditRecordIds: [record], expiresAt, ...more }
  return ((await answerOf(world, persona, document, { input })) as { creditShare: never }).creditShare
}
const unknownCode = () => randomBytes(20).toString('base64url')

/** All that a client gets to see, save what differs between any two answers. */
async function answered(who: string, query: string, variables: object) {
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await world.tokenOf(who)}` },
    body: JSON.stringify({ query, variables }),
  })
  const body = (await response.json()) as { extensions: { cost: { budgetRemaining?: number } } }
  delete body.extensions.cost.budgetRemaining
  const headers = Object.fromEntries(response.headers)
  for (const name of ['date', 'x-correlation-id', 'x-request-id']) delete headers[name]
  return { status: response.status, headers, body }
}

it('an expired, revoked or foreign code is answered exactly as an unknown one is', async () => {
  const [revoked, foreign, expired] = await Promise.all([
    share(),
    share({ institutionSlug: 'university-of-northmoor' }),
    share({ expiresAt: new Date(Date.now() + 60_000).toISOString() }),
  ])
  const revoke = 'mutation ($id: ID!) { revokeCreditShare(input: { creditShareId: $id }) { userErrors { code } } }'
  await answerOf(world, persona, revoke, { id: revoked.id })
  const open = 'query ($code: String!) { creditShare(code: $code) { learnerName creditRecords { id } } }'
  const ask = `query ($code: String!, $q: ID!, $r: ID!) {
    transferEligibility(input: { qualificationId: $q, creditRecordIds: [$r], shareCode: $code }) { outcome } }`
  world.pass(2)
  for (const query of [open, ask]) {
    const answers = []
    for (const code of [unknownCode(), expired.code, revoked.code, foreign.code, '', 'é,'.repeat(30)])
      answers.push(await answered('registrar', query, { code, q: leadership, r: record }))
    const [unknown, ...others] = answers
    expect(unknown?.status).toBe(200)
    for (const other of others) expect(other).toEqual(unknown)
  }
  world.pass(-2)
  const looks = 'query ($id: ID!) { node(id: $id) { ... on CreditShare { accesses { totalCount } } } }'
  for (const { id } of [revoked, foreign, expired])
    expect(await answerOf(world, persona, looks, { id })).toEqual({ accesses: { totalCount: 0 } })
})

it('a code is 160 random bits, and the link that it is in says nothing of it', async () => {
  const codes = await Promise.all(Array.from({ length: 20 }, async () => (await share()).code))
  expect(new Set(codes).size).toBe(20)
  for (const code of codes) expect(Buffer.from(code, 'base64url')).toHaveLength(20)
  const [known, unknown] = await Promise.all(
    [codes[0], unknownCode()].map(async (code) => (await fetch(`${world.url}/shares/${code}`)).text()),
  )
  expect(known).toBe(unknown)
})

const opened = async (who: string, code: string) =>
  world.ask(who, 'query ($code: String!) { creditShare(code: $code) { learnerName } }', { code })

it('a hundred codes that open nothing are enough; those that open something do not count, nor do other callers', async () => {
  const { code } = await share()
  const good = async (who: string) => expect((await opened(who, code)).data.creditShare).not.toBeNull()
  for (let n = 0; n < 110; n += 1) await good('registrar-2')
  const wrong: Awaited<ReturnType<typeof opened>>[] = []
  // As many at once as one caller may have waiting.
  for (let round = 0; round < 2; round += 1) {
    wrong.push(...(await Promise.all(Array.from({ length: 100 }, () => opened('registrar-2', unknownCode())))))
  }
  const refused = wrong.filter(({ errors }) => errors !== undefined)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThanOrEqual(100)
  for (const { errors, data } of refused) {
    expect(data.creditShare).toBeNull()
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }])
  }
  await good('registrar')
  await good('institution-client-2')
})

it('a batch with a thousand old codes is answered, and its caller waits afterwards', async () => {
  const document = `query ($inputs: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $inputs) {
    ... on TransferEligibility { transferable } ... on TransferEligibilityRejected { index userErrors { code field } } } }`
  const { code } = await share()
  const question = (shareCode: string) => ({ qualificationId: leadership, creditRecordIds: [record], shareCode })
  const inputs = Array.from({ length: 1000 }, (_, n) => question(n === 500 ? code : unknownCode()))
  const { data, errors } = await world.ask('institution-client', document, { inputs })
  expect(errors).toBeUndefined()
  expect(data.transferEligibilityBatch).toHaveLength(1000)
  expect(data.transferEligibilityBatch[500]).toEqual({ transferable: '15' })
  expect(data.transferEligibilityBatch[999]).toEqual({
    index: 999,
    userErrors: [{ code: 'NOT_FOUND', field: ['inputs', '999', 'creditRecordIds', '0'] }],
  })
  const again = await world.ask('institution-client', document, { inputs: [question(code)] })
  expect(again.data.transferEligibilityBatch).toBeNull()
  expect(again.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
  expect((await opened('institution-client', code)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
})
