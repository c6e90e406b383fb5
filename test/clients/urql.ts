/** Asks by urql with its defaults, its persisted exchange and its normalised cache. */
import {
  cacheExchange,
  type Exchange,
  fetchExchange,
  formatDocument,
  gql,
  stringifyDocument,
  subscriptionExchange,
  Client as Urql,
} from '@urql/core'
import { cacheExchange as graphcache } from '@urql/exchange-graphcache'
import { persistedExchange } from '@urql/exchange-persisted'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { pipe, subscribe } from 'wonka'
import { inBrowser } from './browser.ts'
import { CHANGES, type Client, COURSES, expectAborted, expectChange, expectCourses, expectMe, ME } from './cell.ts'
import { firstEvent, learnerWithEndingToken } from './events.ts'
import type { LocalWorld } from './local-world.ts'

/** As it is sent: printed by urql, with __typename everywhere. */
export const trustedByUrql = [COURSES, ME].map((text) => stringifyDocument(formatDocument(gql(text))))

const urqlOf = ({ graphql }: LocalWorld, exchanges: Exchange[], options = {}) =>
  new Urql({ url: graphql, exchanges, ...options })

async function courses(client: Urql) {
  const { data, error } = await client.query(COURSES, {}).toPromise()
  if (error) throw error
  return expectCourses(data)
}

/** The first event of a client's subscription. */
function eventOf(client: Urql, happen: () => Promise<void>): Promise<unknown> {
  return firstEvent(happen, (next, failed) => {
    const { unsubscribe } = pipe(
      client.subscription(CHANGES, {}),
      subscribe(({ data, error }) => (error ? failed(error) : data && next(data))),
    )
    return unsubscribe
  })
}

function sockets(world: LocalWorld, token: () => Promise<string>): Urql {
  const client = createClient({
    url: world.socket,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
  })
  return urqlOf(world, [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: client.subscribe({ query: query ?? '', variables }, sink as never) }),
      }),
    }),
  ])
}

const byUrql = (cache: Exchange, name: string): Client => ({
  name,
  cells: {
    POST: async (world) => {
      const headers = { authorization: `Bearer ${await world.token('ada')}` }
      const client = urqlOf(world, [cache, fetchExchange], { preferGetMethod: false, fetchOptions: { headers } })
      const { data, error } = await client.query(ME, {}).toPromise()
      if (error) throw error
      return expectMe(data)
    },
    GET: (world) => courses(urqlOf(world, [cache, fetchExchange])),
    'APQ by POST': (world) =>
      courses(urqlOf(world, [cache, persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange])),
    'APQ by GET': (world) => courses(urqlOf(world, [cache, persistedExchange(), fetchExchange])),
    'trusted id': (world) => {
      const known = persistedExchange({ enforcePersistedQueries: true })
      return courses(urqlOf(world, [cache, known, fetchExchange]))
    },
    WebSocket: async (world) => {
      const learner = await world.newLearner()
      return expectChange(await eventOf(sockets(world, learner.token), learner.enrol))
    },
    'SSE /graphql/stream': async (world) => {
      const learner = await world.newLearner()
      const events = createEventClient({
        url: world.stream,
        headers: async () => ({ authorization: `Bearer ${await learner.token()}` }),
      })
      const client = urqlOf(world, [
        cache,
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query, variables }) => ({
            subscribe: (sink) => ({ unsubscribe: events.subscribe({ query: query ?? '', variables }, sink as never) }),
          }),
        }),
      ])
      return expectChange(await eventOf(client, learner.enrol))
    },
    'SSE /graphql': async (world) => {
      const learner = await world.newLearner()
      const headers = { authorization: `Bearer ${await learner.token()}` }
      const client = urqlOf(world, [cache, fetchExchange], { fetchSubscriptions: true, fetchOptions: { headers } })
      return expectChange(await eventOf(client, learner.enrol))
    },
    'token ends': async (world) => {
      const { token, happen } = await learnerWithEndingToken(world)
      return expectChange(await eventOf(sockets(world, token), happen))
    },
    abort: (world) => {
      const left = new AbortController()
      const fetchGivenUp: typeof fetch = (input, init) => fetch(input, { ...init, signal: left.signal })
      const client = urqlOf(world, [cache, fetchExchange], { fetch: fetchGivenUp })
      const asked = client
        .query(COURSES, {})
        .toPromise()
        .then(({ data, error }) => {
          if (error) throw error.networkError ?? error
          return data
        })
      left.abort()
      return expectAborted(asked)
    },
    browser: inBrowser('urql', ['courses', 'me', 'events']),
  },
})

export const urql = byUrql(cacheExchange, 'urql')
export const urqlGraphcache = byUrql(graphcache({}), 'urql, graphcache')
