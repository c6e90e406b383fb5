/** Tests that bad tokens cost their address points and hold nobody else up. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { Authenticator } from '../../src/auth/authenticator.ts'
import { Admission } from '../../src/graph/limits/admission.ts'
import { BadTokens } from '../../src/graph/limits/bad-tokens.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { audience, startIssuer, type TestIssuer } from '../support/world/issuer.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let issuer: TestIssuer
let stranger: TestIssuer
let server: SmallServer
let heldBack: number
/** Moved by a test: points flow back only then. */
let nowMs: number
beforeAll(async () => {
  issuer = await startIssuer()
  stranger = await startIssuer()
})
afterAll(() => Promise.all([issuer.close(), stranger.close()]))
afterEach(() => server.close())

const BAD_TOKENS_AT_ONCE = 400

async function start() {
  nowMs = 0
  heldBack = 0
  const rateLimits = new MemoryRateLimits(() => nowMs)
  const schema = smallSchema()
  const authenticator = new Authenticator({
    issuer: issuer.url,
    audience,
    directory: { learnerId: async () => 'id', institutionId: async () => null },
    badTokens: new BadTokens(rateLimits, () => {
      heldBack += 1
    }),
  })
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema, { admission: new Admission(rateLimits) }),
    authenticate: (header, sender) => authenticator.authenticate(header, sender),
    expiryOf: (viewer) => authenticator.expiryOf(viewer),
    trustProxy: ['127.0.0.1'],
  })
}

/** Well-formed, of the right issuer, and signed by nobody who may: only the signature tells. */
const forged = () => stranger.token({ sub: `ada-${Math.random()}` }, { issuer: issuer.url })

const ask = (token: string | null, address = '203.0.113.1') =>
  server.ask(
    '{ whoAmI }',
    {},
    {
      'x-forwarded-for': address,
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
  )

const costNow = async () => (await ask(null)).extensions?.cost as { actual: number; budgetRemaining: number }

/** The statuses of so many forged tokens, sent a few at a time. */
async function attack(count: number, address?: string): Promise<number[]> {
  const statuses: number[] = []
  while (statuses.length < count) {
    const some = Array.from({ length: Math.min(10, count - statuses.length) }, async () => ask(await forged(), address))
    statuses.push(...(await Promise.all(some)).map(({ status }) => status))
  }
  return statuses
}

it('bad tokens are 401 four hundred times; then 429, saying for how long, until points have flown back', async () => {
  await start()
  const known = await issuer.token({ sub: 'known' })
  expect((await ask(known)).status).toBe(200)
  expect(new Set(await attack(BAD_TOKENS_AT_ONCE))).toEqual(new Set([401]))
  const refused = await ask(await forged())
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.errors).toEqual([
    {
      message: 'Too many bad tokens from this address; try again in 1 s.',
      extensions: {
        code: 'RATE_LIMITED',
        retryAfterSeconds: 1,
        cost: { requested: 500, budgetRemaining: 0, restoreRate: 10_000 },
      },
    },
  ])
  expect(heldBack).toBe(1)
  expect((await ask(known)).data).toEqual({ whoAmI: `user:${issuer.url}|known` })
  expect((await ask(null)).status).toBe(429)
  expect((await ask(await forged(), '203.0.113.2')).status).toBe(401)
  nowMs += 1000
  expect((await attack(21)).filter((status) => status === 401)).toHaveLength(20)
})

it('who signs in anew behind an address without points gets in, and who has expired hears so', async () => {
  await start()
  await attack(BAD_TOKENS_AT_ONCE)
  const [answers] = await Promise.all([
    Promise.all(Array.from({ length: 8 }, async (_, n) => (await ask(await issuer.token({ sub: `fresh-${n}` }))).data)),
    attack(30),
  ])
  expect(answers).toEqual(Array.from({ length: 8 }, (_, n) => ({ whoAmI: `user:${issuer.url}|fresh-${n}` })))
  const expired = await ask(await issuer.token({}, { expiresAt: Date.now() / 1000 - 60 }))
  expect([expired.status, expired.errors?.[0]?.message]).toEqual([401, 'The token has expired; sign in again.'])
})

it('good tokens cost their address nothing', async () => {
  await start()
  for (let n = 0; n < 5; n += 1) expect((await ask(await issuer.token({ sub: `good-${n}` }))).status).toBe(200)
  const before = await costNow()
  expect(before.budgetRemaining).toBe(200_000 - before.actual)
  await ask(await forged())
  await server.ask('{ whoAmI }', {}, { 'x-forwarded-for': '203.0.113.1', authorization: 'Basic abc' })
  const after = await costNow()
  expect(after.budgetRemaining).toBe(before.budgetRemaining - 2 * 500 - after.actual)
})

it('an IPv6 network pays as one', async () => {
  await start()
  await attack(BAD_TOKENS_AT_ONCE, '2001:db8:1:2::1')
  expect((await ask(await forged(), '2001:db8:1:2:ffff::9')).status).toBe(429)
  expect((await ask(await forged(), '2001:db8:1:3::1')).status).toBe(401)
})

it('only so many new tokens of one address wait at once', async () => {
  const limits = new MemoryRateLimits(() => 0)
  const tokens = new BadTokens(limits, () => undefined, { points: 1, restorePerSecond: 1 })
  const held = Promise.withResolvers<string>()
  const waiting = Array.from({ length: 20 }, () => tokens.verified('203.0.113.1', () => held.promise))
  await expect(tokens.verified('203.0.113.1', async () => 'late')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  expect(await tokens.verified('203.0.113.2', async () => 'elsewhere')).toBe('elsewhere')
  held.resolve('in')
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['in']))
  expect(await tokens.verified('203.0.113.1', async () => 'later')).toBe('later')
})
