/** Tests that requests in flight are shared between callers over every transport. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { InFlight } from '../../src/graph/limits/in-flight.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

const limits = { inside: 3, insidePerCaller: 2, waiting: 20, waitingPerCaller: 3 }

/** A graph whose `hello` waits until it is let go, and who is being answered. */
async function start(deadlineMs = 20_000) {
  const schema = smallSchema()
  const running: { name: string; finish(): void }[] = []
  Object.assign(schema.getQueryType()?.getFields().hello ?? {}, {
    resolve: (_root: unknown, { name }: { name: string }) =>
      new Promise((resolve) => {
        running.push({ name, finish: () => resolve(name) })
      }),
  })
  const held: string[] = []
  const metrics = new Metrics()
  server = await startSmallServer({
    schema,
    executor: smallExecutor(schema),
    metrics,
    limits: { deadlineMs },
    inFlight: new InFlight({ limits, onHeldBack: (how, caller) => held.push(`${how} ${caller}`) }),
    authenticate: (name, { ip }) => {
      if (name === undefined) return anonymousViewer(ip)
      return { ...anonymousViewer(ip), key: `user:${name}`, anonymous: false }
    },
  })
  const ask = (caller: string, name: string) =>
    server.ask('query Q($name: String) { hello(name: $name) }', { name }, { authorization: caller })
  /** Resolves once so many have begun to be answered in all. */
  const begun = async (count: number) => {
    while (running.length < count) await fetch(`${server.url}/health/live`)
    return running.map(({ name }) => name)
  }
  /** All that have arrived are answered or wait by then. */
  const arrived = async () => {
    for (let time = 0; time < 5; time += 1) await fetch(`${server.url}/health/live`)
  }
  return { ask, begun, arrived, running, held }
}

describe('requests in flight', () => {
  it('of one caller are so many, and another caller is answered beside them', async () => {
    const { ask, begun, arrived, running, held } = await start()
    const greedy = [ask('a', 'a1'), ask('a', 'a2')]
    await begun(2)
    greedy.push(ask('a', 'a3'))
    await arrived()
    const other = ask('b', 'b1')
    expect(await begun(3)).toEqual(['a1', 'a2', 'b1'].sort((one, two) => one.localeCompare(two)))
    for (const { finish } of running) finish()
    await begun(4)
    running.at(-1)?.finish()
    expect((await Promise.all([...greedy, other])).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(held).toEqual(['queued user:a'])
  })

  it('that are too many wait in turn by caller, and beyond that are told when to come back', async () => {
    const { ask, begun, arrived, running, held } = await start()
    const answers = [ask('a', 'a'), ask('a', 'a'), ask('b', 'b')]
    await begun(3)
    const waiting = [ask('a', 'a-waits'), ask('a', 'a-waits'), ask('a', 'a-waits')]
    await arrived()
    const refused = await ask('a', 'never')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.errors?.[0]?.extensions).toEqual({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 1,
      limit: 'requests in flight',
      allowed: 2,
    })
    const late = ask('c', 'c')
    await arrived()
    // One of a's places, then the next: c comes before a's second.
    running.find(({ name }) => name === 'a')?.finish()
    await begun(4)
    running.filter(({ name }) => name === 'a')[1]?.finish()
    await begun(5)
    expect(running.slice(3).map(({ name }) => name)).toEqual(['a-waits', 'c'])
    for (let count = 5; count <= 7; count += 1) {
      for (const { finish } of running) finish()
      await begun(Math.min(count + 1, 7))
    }
    for (const { finish } of running) finish()
    await Promise.all([...answers, ...waiting, late])
    expect(held.filter((line) => line === 'refused user:a')).toHaveLength(1)
  })

  it('wait no longer than their deadline', async () => {
    const { ask, begun } = await start(300)
    const stuck = [ask('a', 'a1'), ask('a', 'a2')]
    await begun(2)
    expect((await ask('a', 'a3')).status).toBe(504)
    expect((await Promise.all(stuck)).map(({ status }) => status)).toEqual([504, 504])
  })

  it('over event streams count alike', async () => {
    const { ask, begun, running } = await start()
    const asked = [ask('a', 'a1'), ask('a', 'a2')]
    await begun(2)
    const stream = fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'a' },
      body: JSON.stringify({ query: '{ hello(name: "streamed") }' }),
    })
    while (running.length === 2) {
      await fetch(`${server.url}/health/live`)
      if (running.length === 2) running.shift()?.finish()
    }
    for (const { finish } of running) finish()
    await Promise.all(asked)
    while (!running.some(({ name }) => name === 'streamed')) await fetch(`${server.url}/health/live`)
    for (const { finish } of running) finish()
    expect(await (await stream).text()).toContain('"hello":"streamed"')
  })
})
