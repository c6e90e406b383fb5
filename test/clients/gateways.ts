/** Asks through federation gateways that compose the graph by themselves. */
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'
import { composeServices } from '@theguild/federation-composition'
import { parse } from 'graphql'
import {
  CHANGES,
  type Client,
  COURSES,
  expectAborted,
  expectChange,
  expectCourses,
  expectMe,
  ME,
  none,
} from './cell.ts'
import { firstEvent } from './events.ts'
import type { LocalWorld } from './local-world.ts'

const aServer = none('runs on a server')

/** Passes the caller's token on, as Apollo's guide does. */
class PassingOn extends RemoteGraphQLDataSource<{ authorization?: string }> {
  override willSendRequest({
    request,
    context,
  }: {
    request: { http?: { headers: { set(name: string, value: string): void } } }
    context: { authorization?: string }
  }) {
    if (context.authorization) request.http?.headers.set('authorization', context.authorization)
  }
}

async function throughApollo(world: LocalWorld, query: string, authorization?: string, apq = false): Promise<unknown> {
  const gateway = new ApolloGateway({
    supergraphSdl: new IntrospectAndCompose({ subgraphs: [{ name: 'credits', url: world.graphql }] }),
    buildService: ({ url }) => new PassingOn({ ...(url && { url }), apq }),
  })
  const { executor } = await gateway.load()
  try {
    const { data, errors } = await executor({
      document: parse(query),
      request: { query },
      queryHash: query,
      context: { ...(authorization && { authorization }) },
      cache: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
      schema: undefined,
      logger: console,
      metrics: {},
      overallCachePolicy: undefined,
    } as never)
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  } finally {
    await gateway.stop()
  }
}

export const apolloGateway: Client = {
  name: '@apollo/gateway',
  cells: {
    POST: async (world) => {
      expectCourses(await throughApollo(world, COURSES))
      return expectMe(await throughApollo(world, ME, `Bearer ${await world.token('ada')}`))
    },
    GET: none('asks subgraphs by POST'),
    'APQ by POST': async (world) => expectCourses(await throughApollo(world, COURSES, undefined, true)),
    'APQ by GET': none('asks subgraphs by POST'),
    'trusted id': none('plans are texts of its own'),
    WebSocket: none('no subscriptions'),
    'SSE /graphql/stream': none('no subscriptions'),
    'SSE /graphql': none('no subscriptions'),
    'token ends': async (world) => {
      const refused = await throughApollo(world, ME, `Bearer ${await world.token('ada', -60)}`).catch(String)
      if (!/UNAUTHENTICATED/.test(`${refused}`)) throw new Error(`${refused}`)
      return 'refused: UNAUTHENTICATED'
    },
    abort: none('its callers cannot give up'),
    browser: aServer,
  },
}

let supergraph: Promise<string> | undefined

/** Composed from what the running gateway says of itself. */
async function compose({ graphql }: LocalWorld): Promise<string> {
  const response = await fetch(graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  })
  const { data } = (await response.json()) as { data: { _service: { sdl: string } } }
  const composed = composeServices([{ name: 'credits', url: graphql, typeDefs: parse(data._service.sdl) }])
  if (!composed.supergraphSdl) throw new Error(`does not compose: ${JSON.stringify(composed.errors)}`)
  return composed.supergraphSdl
}

async function hive(world: LocalWorld) {
  supergraph ??= compose(world)
  return createGatewayRuntime({
    supergraph: await supergraph,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) =>
        ({ authorization: request.headers.get('authorization') ?? undefined }) as never,
    },
  })
}

async function throughHive(
  world: LocalWorld,
  init: { query: string; accept?: string; token?: string; signal?: AbortSignal },
) {
  const gateway = await hive(world)
  const response = await gateway.fetch('http://router.example/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: init.accept ?? 'application/json',
      ...(init.token && { authorization: `Bearer ${init.token}` }),
    },
    body: JSON.stringify({ query: init.query }),
    ...(init.signal && { signal: init.signal }),
  })
  return { gateway, response }
}

/** What the router answers to a query. */
async function askHive(
  world: LocalWorld,
  query: string,
  token?: string,
): Promise<{ data?: unknown; errors?: unknown }> {
  const { gateway, response } = await throughHive(world, { query, ...(token && { token }) })
  const answer = (await response.json()) as { data?: unknown; errors?: unknown }
  await gateway[Symbol.asyncDispose]()
  return answer
}

/** Each event's data that the router hands on; ends with the stream. */
async function* eventsOfHive(world: LocalWorld, token: string): AsyncGenerator<{ data?: unknown; errors?: unknown }> {
  const { gateway, response } = await throughHive(world, { query: CHANGES, accept: 'text/event-stream', token })
  let text = ''
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const line = /^data: ?(\{.*)$/m.exec(text.slice(0, end))
      text = text.slice(end + 2)
      if (line?.[1]) yield JSON.parse(line[1])
    }
  }
  await gateway[Symbol.asyncDispose]()
}

export const hiveGateway: Client = {
  name: 'Hive Gateway',
  cells: {
    POST: async (world) => {
      expectCourses((await askHive(world, COURSES)).data)
      return expectMe((await askHive(world, ME, await world.token('ada'))).data)
    },
    GET: none('asks subgraphs by POST'),
    'APQ by POST': none('sends plans whole'),
    'APQ by GET': none('sends plans whole'),
    'trusted id': none('plans are texts of its own'),
    WebSocket: none('not by default'),
    'SSE /graphql/stream': none('asks at the subgraph’s one address'),
    'SSE /graphql': async (world) => {
      const learner = await world.newLearner()
      const events = eventsOfHive(world, await learner.token())
      const event = await firstEvent(learner.enrol, (next, error) => {
        events
          .next()
          .then(({ value }) => (value?.data ? next(value.data) : error(new Error(JSON.stringify(value)))), error)
        return () => void events.return(undefined)
      })
      return expectChange(event)
    },
    'token ends': async (world) => {
      const learner = await world.newLearner()
      const heard: { data?: unknown; errors?: unknown }[] = []
      const ended = (async () => {
        for await (const event of eventsOfHive(world, await world.token(learner.persona, 4))) heard.push(event)
      })()
      while (heard.length === 0) {
        await learner.enrol()
        await Promise.race([ended, new Promise((turn) => setTimeout(turn, 500))])
      }
      // By itself: a router that goes on waiting would hang its client.
      await ended
      expectChange(heard[0]?.data)
      return 'right'
    },
    abort: async (world) => {
      const left = new AbortController()
      const asked = throughHive(world, { query: COURSES, signal: left.signal }).then(({ response }) => response.json())
      left.abort()
      return expectAborted(asked)
    },
    browser: aServer,
  },
}
