/** Tests that answers are bounded in bytes and long texts priced, compiled or not. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { isObjectType } from 'graphql'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import type { ExecutorOptions } from '../../src/graph/execution/executor.ts'
import { Admission } from '../../src/graph/limits/admission.ts'
import { ANSWER_BYTES, answerBytesFor, OWN_ANSWER_BYTES } from '../../src/graph/limits/answer-size.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

const ways: [string, ExecutorOptions['compile']][] = [
  ['in graphql-js', { enabled: false }],
  ['compiled', { atUse: 1 }],
]
const aliases = (count: number, field: string) => Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')
const tooLarge = (allowed: number) => ({ code: 'TOO_COMPLEX', limit: 'answer bytes', allowed })

async function start(compile: ExecutorOptions['compile'], options: Partial<ExecutorOptions> = {}) {
  const schema = smallSchema()
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema, { compile, ...options }),
    limits: { anonymousBodyBytes: 2_000_000 },
  })
  return schema
}

describe.each(ways)('an answer %s', (_name, compile) => {
  it('is refused whole when one text of a large request is asked for under 99 names', async () => {
    await start(compile)
    const query = `query Q($id: ID!) { item(id: $id) { ${aliases(99, 'name')} } }`
    const refused = await server.ask(query, { id: 'x'.repeat(1_900_000) })
    expect(refused.status).toBe(400)
    expect(refused.data).toBeUndefined()
    expect(refused.errors?.map(({ extensions }) => extensions)).toEqual([tooLarge(OWN_ANSWER_BYTES)])
    const { requested, actual } = refused.extensions?.cost as { requested: number; actual: number }
    expect(actual).toBe(requested + OWN_ANSWER_BYTES / 1000)
  })

  it.each([
    ['of one byte a character', 'x', 1],
    ['of three bytes a character', '漢', 3],
    ['that JSON escapes', '\u0001', 6],
  ])('fits to the last byte, and one more is refused: a text %s', async (_kind, character, bytes) => {
    const length = 60
    const around = '{"hello":"hello "}'.length
    for (const [spare, status] of [
      [0, 200],
      [-1, 400],
    ] as const) {
      await start(compile, { answerBytes: around + length * bytes + spare })
      const answer = await server.ask('query Q($name: String) { hello(name: $name) }', {
        name: character.repeat(length),
      })
      expect(answer.status).toBe(status)
      await server.close()
    }
    await start(compile)
  })

  it('is refused for its keys, too', async () => {
    await start(compile, { answerBytes: 5000 })
    const answer = await server.ask(`{ items(first: 50) { nodes { ${'long'.repeat(50)}: __typename } } }`)
    expect(answer.errors?.[0]?.extensions).toEqual(tooLarge(5000))
  })

  it('that has grown too large is worked on no more', async () => {
    const schema = await start(compile, { answerBytes: 5000 })
    const item = schema.getType('Item')
    let asked = 0
    if (!isObjectType(item)) throw new Error('no type Item')
    Object.assign(item.getFields().parts ?? {}, {
      resolve: async () => {
        asked += 1
        await new Promise(setImmediate)
        return { nodes: [{ id: '1', name: 'x'.repeat(1000), labels: [], notes: [] }], totalCount: 1 }
      },
    })
    const deep = `${'{ name parts(first: 1) { nodes '.repeat(6)}{ name }${' } }'.repeat(6)}`
    const answer = await server.ask(`{ items(first: 3) { nodes ${deep} } }`)
    expect(answer.errors?.[0]?.extensions).toEqual(tooLarge(5000))
    // Three items are two layers deep when it is too much; six layers would have been asked for.
    expect(asked).toBeLessThan(12)
  })

  it('costs a point for each further thousand bytes of a long text that is begun', async () => {
    await start(compile)
    const costOf = async (length: number) =>
      (await server.ask('query Q($name: String) { hello(name: $name) }', { name: 'x'.repeat(length) })).extensions
    const around = '"hello "'.length
    expect(await costOf(1000 - around)).toMatchObject({ cost: { requested: 10, actual: 10 } })
    expect(await costOf(1001 - around)).toMatchObject({ cost: { requested: 10, actual: 11 } })
    expect(await costOf(2001 - around)).toMatchObject({ cost: { requested: 11, actual: 13 } })
  })

  it('that costs more than its caller has is waited for before the next one', async () => {
    const small = { points: 300, restorePerSecond: 10 }
    const admission = new Admission(new MemoryRateLimits(() => 0), { anonymous: small, person: small, client: small })
    const schema = await start(compile, { admission })
    Object.assign(schema.getQueryType()?.getFields().hello ?? {}, { resolve: () => 'x'.repeat(400_000) })
    const first = await server.ask('{ hello }')
    expect(first.extensions).toMatchObject({ cost: { actual: 410, budgetRemaining: 0 } })
    const next = await server.ask('{ hello }')
    expect(next.status).toBe(429)
    expect(next.headers.get('retry-after')).toBe('13')
  })
})

describe('a mutation', () => {
  it('is done to its end although its answer is too large', async () => {
    const schema = await start({ enabled: false }, { answerBytes: 1000 })
    const done: string[] = []
    Object.assign(schema.getMutationType()?.getFields().add ?? {}, {
      resolve: (_root: unknown, { name }: { name: string }) => {
        done.push(name[0] ?? '')
        return { id: '1', name }
      },
    })
    const query = 'mutation ($one: String!) { a: add(name: $one) { name } b: add(name: "z") { name } }'
    const answer = await server.ask(query, { one: 'y'.repeat(2000) })
    expect(answer.errors?.[0]?.extensions).toEqual(tooLarge(1000))
    expect(done).toEqual(['y', 'z'])
  })
})

describe('an event of a subscription', () => {
  it('is bounded and priced as an answer is', async () => {
    const small = { points: 100, restorePerSecond: 10 }
    const admission = new Admission(new MemoryRateLimits(() => 0), { anonymous: small, person: small, client: small })
    const schema = await start({ enabled: false }, { answerBytes: 50_000, admission })
    const texts = ['x'.repeat(20_000), 'x'.repeat(60_000)]
    Object.assign(schema.getSubscriptionType()?.getFields().changed ?? {}, {
      subscribe: async function* () {
        yield* texts
      },
      resolve: (name: string) => ({ id: '1', name }),
    })
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { changed(id: "1") { name } }' }),
    })
    const events = (await response.text()).match(/(?<=data: )\{.+/g)?.map((line) => JSON.parse(line)) ?? []
    expect(events[0]).toEqual({ data: { changed: { name: texts[0] } } })
    expect(events[1]).toMatchObject({ errors: [{ extensions: tooLarge(50_000) }] })
    // 16 points for the subscription and its new document, 20 for the first event's text, 50 for the second, 11 to ask.
    expect((await server.ask('{ hello }')).extensions).toMatchObject({
      cost: { budgetRemaining: 100 - 5 - 11 - 20 - 50 - 1 - 10 },
    })
  })
})

it('may have as much as a sheet for institutions and operators, and less for who asks for themselves', () => {
  const nobody = { ...anonymousViewer('192.0.2.1'), anonymous: false }
  const named = { subject: 's', displayName: 'S', institutionSlug: 'i', institutionId: 'i' }
  const sheets = [
    { ...nobody, staff: named },
    { ...nobody, client: { clientId: 'c', institutionSlug: 'i', institutionId: 'i' } },
    { ...nobody, operator: named },
  ]
  expect(sheets.map(answerBytesFor)).toEqual([ANSWER_BYTES, ANSWER_BYTES, ANSWER_BYTES])
  expect(answerBytesFor(nobody)).toBe(OWN_ANSWER_BYTES)
})
