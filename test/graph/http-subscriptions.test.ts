/** Tests subscriptions over both transports with the official clients. */
import { describe, expect, it } from '@jest/globals'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { change, changes, smallExecutor, smallSchema } from '../support/world/small-graph.ts'
import { all, at, openStreamWorld, refusalOf, start, transports, waiting } from '../support/world/stream-clients.ts'

openStreamWorld()

describe.each(transports)('over %s', (_name, open) => {
  it('events are answered in order, and the end is told', async () => {
    await start()
    const heard = await all(open()('subscription Ticks($n: Int!) { ticked(upTo: $n) }', { n: 3 }))
    expect(heard.map(({ data }) => data?.ticked)).toEqual([1, 2, 3])
  })

  it('a change reaches its subscriber, and who leaves is forgotten at once', async () => {
    await start()
    const results = open()('subscription { changed(id: "7") { name } }')
    const first = results.next()
    await waiting('7', 1)
    change('7')
    expect((await first).value).toMatchObject({ data: { changed: { name: 'item 7' } } })
    const pending = results.next()
    await results.return?.()
    await pending
    await waiting('7', 0)
  })

  it('queries and mutations are answered, too', async () => {
    await start()
    expect((await all(open()('{ hello }')))[0]?.data).toEqual({ hello: 'hello world' })
    expect((await all(open()('mutation { add(name: "x") { name } }')))[0]?.data).toEqual({ add: { name: 'item x' } })
  })

  it('the caller is known by the token', async () => {
    await start()
    const authorization = `Bearer ${await at.issuer.token()}`
    expect((await all(open(authorization)('{ whoAmI }')))[0]?.data).toEqual({ whoAmI: `user:${at.issuer.url}|ada` })
    expect((await all(open()('{ whoAmI }')))[0]?.data).toEqual({ whoAmI: 'anonymous:127.0.0.1' })
  })

  it.each([
    ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong variable', 'subscription Q($n: Int!) { ticked(upTo: $n) }', 'BAD_USER_INPUT'],
    ['a document beyond the limits', `{ ${'hello '.repeat(100)} }`, 'TOO_COMPLEX'],
    ['a refusal of the resolver', 'subscription { forbiddenToMe }', 'FORBIDDEN'],
    ['two fields at once', 'subscription { ticked(upTo: 1) failing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s is refused with its code', async (_case, query, code) => {
    await start()
    expect((await refusalOf(open()(query)))?.extensions).toMatchObject({ code })
  })

  it.each([
    ['@defer', '{ ... @defer { hello } }'],
    ['@stream', '{ hello @stream }'],
  ])('%s is refused in words that say what to do instead', async (directive, query) => {
    await start()
    expect(await refusalOf(open()(query))).toMatchObject({
      message: `${directive} is not offered: answers come whole. Ask for live fields in a second query.`,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    })
  })

  it('a fault of the source is masked, and ends the stream', async () => {
    await start()
    const heard = await all(open()('subscription { failing }'))
    expect(heard[0]?.data).toEqual({ failing: 1 })
    expect(heard[1]?.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^Something went wrong on our side\. Quote /),
      extensions: { code: 'INTERNAL' },
    })
    expect(JSON.stringify(heard)).not.toContain('10.0.0.1')
    expect(at.server.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('an exhausted rate limit refuses', async () => {
    const schema = smallSchema()
    const small = { points: 40, restorePerSecond: 0.001 }
    const admission = new Admission(new MemoryRateLimits(() => 0), { anonymous: small, person: small, client: small })
    await start({ schema, executor: smallExecutor(schema, { admission }) })
    const query = 'subscription { changed(id: "8") { notes { text } } }'
    const first = open()(query)
    const next = first.next()
    await waiting('8', 1)
    expect((await refusalOf(open()(query)))?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
    await first.return?.()
    await next
  })

  it('streams end when the server goes away', async () => {
    await start()
    const results = open()('subscription { changed(id: "9") { name } }')
    const next = results.next().catch((error: unknown) => error)
    await waiting('9', 1)
    await at.server.fastify.drain({ limitMs: 5000 })
    await next
    expect(changes.get('9')?.size).toBe(0)
  })

  it('streams that have begun and told of changes end with the token, not before', async () => {
    await start()
    const expiresAt = Date.now() / 1000 + TOKEN_LASTS_SECONDS
    const authorization = `Bearer ${await at.issuer.token({}, { expiresAt })}`
    const results = open(authorization)('subscription { changed(id: "10") { name } }')
    const first = results.next()
    await waiting('10', 1)
    change('10')
    expect((await first).value).toMatchObject({ data: { changed: { name: 'item 10' } } })
    // Each client tells of the end in its own way.
    const end = await results.next().catch((error: unknown) => error)
    expect(end).not.toHaveProperty('value.data')
    // A timer may fire a millisecond early.
    expect(Date.now() / 1000).toBeGreaterThan(expiresAt - 0.01)
    await waiting('10', 0)
  })
})

const TOKEN_LASTS_SECONDS = 1.5
