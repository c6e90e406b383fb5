/** Listens by graphql-ws and graphql-sse, the reference clients of both transports. */
import { createClient as createEventClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { inBrowser } from './browser.ts'
import { CHANGES, type Client, COURSES, expectChange, expectCourses, expectMe, ME, none } from './cell.ts'
import { firstEvent, learnerWithEndingToken } from './events.ts'
import type { LocalWorld } from './local-world.ts'

type Streaming = ReturnType<typeof createClient> | ReturnType<typeof createEventClient>

function eventOf(client: Streaming, happen: () => Promise<void>): Promise<unknown> {
  return firstEvent(happen, (next, error) =>
    client.subscribe(
      { query: CHANGES },
      { next: ({ data }: { data?: unknown }) => next(data), error, complete: () => {} },
    ),
  )
}

/** The one answer to a query that is asked as a stream. */
function answerOf(client: Streaming, query: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  client.subscribe(
    { query },
    { next: ({ data }: { data?: unknown }) => resolve(data), error: reject, complete: () => {} },
  )
  return promise
}

const socketsOf = (world: LocalWorld, token: () => Promise<string>) =>
  createClient({ url: world.socket, connectionParams: async () => ({ authorization: `Bearer ${await token()}` }) })
const eventsOf = (url: string, token: () => Promise<string>) =>
  createEventClient({ url, headers: async () => ({ authorization: `Bearer ${await token()}` }) })

/** The stream comes back by itself with the next token. */
async function afterTheTokenEnded(world: LocalWorld, open: (token: () => Promise<string>) => Streaming) {
  const { token, happen } = await learnerWithEndingToken(world)
  const client = open(token)
  const verdict = expectChange(await eventOf(client, happen))
  await client.dispose()
  return verdict
}

/** A stream that is given up tells nothing more, and the client can be asked again. */
async function afterGivingUp(world: LocalWorld, open: (token: () => Promise<string>) => Streaming) {
  const client = open(() => world.token('ada'))
  const heard: unknown[] = []
  const sink = {
    next: (event: unknown) => heard.push(event),
    error: (error: unknown) => heard.push(error),
    complete() {},
  }
  client.subscribe({ query: CHANGES }, sink)()
  const verdict = expectMe(await answerOf(client, ME))
  await client.dispose()
  if (heard.length > 0) throw new Error(`heard after it was given up: ${JSON.stringify(heard)}`)
  return verdict
}

const notByHttp = none('speaks its own protocol only')

export const graphqlWs: Client = {
  name: 'graphql-ws',
  cells: {
    POST: notByHttp,
    GET: notByHttp,
    'APQ by POST': notByHttp,
    'APQ by GET': notByHttp,
    'trusted id': notByHttp,
    WebSocket: async (world) => {
      const client = createClient({ url: world.socket })
      expectCourses(await answerOf(client, COURSES))
      await client.dispose()
      const learner = await world.newLearner()
      const streaming = socketsOf(world, learner.token)
      const verdict = expectChange(await eventOf(streaming, learner.enrol))
      await streaming.dispose()
      return verdict
    },
    'SSE /graphql/stream': notByHttp,
    'SSE /graphql': notByHttp,
    'token ends': (world) => afterTheTokenEnded(world, (token) => socketsOf(world, token)),
    abort: (world) => afterGivingUp(world, (token) => socketsOf(world, token)),
    browser: inBrowser('graphqlWs', ['events']),
  },
}

async function byEvents(world: LocalWorld, url: string) {
  const nobody = createEventClient({ url })
  expectCourses(await answerOf(nobody, COURSES))
  const learner = await world.newLearner()
  return expectChange(await eventOf(eventsOf(url, learner.token), learner.enrol))
}

export const graphqlSse: Client = {
  name: 'graphql-sse',
  cells: {
    POST: notByHttp,
    GET: notByHttp,
    'APQ by POST': notByHttp,
    'APQ by GET': notByHttp,
    'trusted id': notByHttp,
    WebSocket: notByHttp,
    'SSE /graphql/stream': (world) => byEvents(world, world.stream),
    'SSE /graphql': (world) => byEvents(world, world.graphql),
    'token ends': (world) => afterTheTokenEnded(world, (token) => eventsOf(world.stream, token)),
    abort: (world) => afterGivingUp(world, (token) => eventsOf(world.stream, token)),
    browser: inBrowser('graphqlSse', ['events']),
  },
}
