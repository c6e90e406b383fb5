/** Tests that answers state their cost and exhausted rate limits give 429. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { Admission, type RateLimitSizes } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits, type RateLimits } from '../../src/graph/limits/rate-limit.ts'
import type { ServerParts } from '../../src/http/server.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

const small = { points: 100, restorePerSecond: 10 }
const sizes: RateLimitSizes = { anonymous: small, person: small, client: { points: 1000, restorePerSecond: 100 } }
const fifty = '{ items(first: 50) { nodes { id } } }'

/** Time stands still, so that nothing flows back while the test runs. */
async function start(parts: Partial<ServerParts> = {}, rateLimits: RateLimits = new MemoryRateLimits(() => 0)) {
  const schema = smallSchema()
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema, { admission: new Admission(rateLimits, sizes) }),
    authenticate: (name, sender) => {
      if (name === undefined) return anonymousViewer(sender.ip)
      const client = name === 'machine' ? { clientId: 'm', institutionSlug: 's', institutionId: 'i' } : null
      const router = name === 'router' ? { clientId: 'r' } : null
      return { ...anonymousViewer(sender.ip), key: `user:${name}`, anonymous: false, client, router }
    },
    ...parts,
  })
}

describe('an answer', () => {
  it('says what was asked, what it came to and what is left', async () => {
    await start()
    const { extensions } = await server.ask(
      '{ items(first: 40) { nodes { id notes { text } } } }',
      {},
      { authorization: 'machine' },
    )
    expect(extensions).toEqual({ cost: { requested: 451, actual: 91, budgetRemaining: 903, restoreRate: 100 } })
  })

  it('with errors says it too', async () => {
    await start()
    expect((await server.ask('{ broken }')).extensions).toEqual({
      cost: { requested: 10, actual: 10, budgetRemaining: 89, restoreRate: 10 },
    })
  })
})

describe('a rate limit', () => {
  it('that is spent is 429, with the time after which to ask again', async () => {
    await start()
    expect((await server.ask(fifty)).status).toBe(200)
    const refused = await server.ask(fifty)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('3')
    expect(refused.errors).toEqual([
      {
        message: 'This would cost 61 points and your budget holds 35 now; ask again in 3 s.',
        extensions: {
          code: 'RATE_LIMITED',
          retryAfterSeconds: 3,
          cost: { requested: 61, budgetRemaining: 35, restoreRate: 10 },
        },
      },
    ])
    expect('data' in refused).toBe(false)
  })

  it('pays for a document that is refused, and reads no further one without points', async () => {
    await start()
    const aliases = Array.from({ length: 101 }, (_, n) => `a${n}: hello`).join(' ')
    // Some 125 points of 1,000 each.
    const tooMany = (n: number) => server.ask(`query Q${n} { ${aliases} }`, {}, { authorization: 'machine' })
    const statuses = []
    for (let n = 0; n < 10; n++) statuses.push((await tooMany(n)).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429])
  })

  it("is each caller's own", async () => {
    await start()
    await server.ask(fifty, {}, { authorization: 'ada' })
    expect((await server.ask(fifty, {}, { authorization: 'ada' })).status).toBe(429)
    expect((await server.ask(fifty, {}, { authorization: 'grace' })).status).toBe(200)
    expect((await server.ask(fifty)).status).toBe(200)
  })

  it("of a router is a machine's", async () => {
    await start()
    const { extensions } = await server.ask(fifty, {}, { authorization: 'router' })
    expect(extensions).toMatchObject({ cost: { restoreRate: 100 } })
  })

  it("is each address's own, as trusted proxies tell it; an IPv6 network counts as one", async () => {
    await start({ trustProxy: ['127.0.0.1'] })
    const from = async (address: string) => (await server.ask(fifty, {}, { 'x-forwarded-for': address })).status
    expect([await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.2')]).toEqual([200, 429, 200])
    const [one, neighbour, stranger] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'] as const
    expect([await from(one), await from(neighbour), await from(stranger)]).toEqual([200, 429, 200])
  })

  it('is not left by naming another address, where no proxy is trusted', async () => {
    await start()
    const from = async (address: string) => (await server.ask(fifty, {}, { 'x-forwarded-for': address })).status
    expect([await from('203.0.113.1'), await from('203.0.113.2')]).toEqual([200, 429])
  })

  it('holds for no operation that costs more than all of it', async () => {
    await start()
    const { status, errors } = await server.ask(
      '{ items(first: 1000) { nodes { id } } }',
      {},
      { authorization: 'machine' },
    )
    expect(status).toBe(400)
    expect(errors?.[0]).toEqual({
      message: 'The document has 1011 cost points; at most 1000 are allowed.',
      extensions: { code: 'TOO_COMPLEX', limit: 'cost points', found: 1011, allowed: 1000 },
    })
  })
})

it('uses of the deprecated are counted', async () => {
  const schema = smallSchema()
  const metrics = new Metrics()
  const executor = smallExecutor(schema, { onDeprecatedUse: (coordinate) => metrics.deprecatedUse(coordinate) })
  server = await startSmallServer({ schema, executor, metrics })
  await server.ask('{ old }')
  await server.ask('{ old again: old }')
  const wished = 'query ($wish: Wish!) { echo(wish: $wish) }'
  await server.ask(wished, {
    wish: { name: 'x', hue: 'red', inner: { name: 'y', hue: 'green', moods: ['GLAD', 'MERRY'] } },
  })
  await server.ask(wished, { wish: { name: 'x', moods: 'MERRY' } })
  await server.ask(wished, { wish: { name: 'x', colour: 'RED' } })
  await server.ask('{ echo(wish: { name: "x", hue: "red", moods: [MERRY] }) }')
  const counted = await metrics.registry.metrics()
  for (const line of ['Query.old"} 2', 'Wish.hue"} 2', 'Mood.MERRY"} 3'])
    expect(counted).toContain(`gateway_graphql_deprecated_uses_total{coordinate="${line}`)
})
