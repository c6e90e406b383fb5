/** Asks by Apollo Client with its defaults. */
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { print } from 'graphql'
import { createClient } from 'graphql-ws'
import { inBrowser } from './browser.ts'
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
import { firstEvent, learnerWithEndingToken } from './events.ts'
import { idOf, type LocalWorld } from './local-world.ts'

const cache = () => new InMemoryCache()
/** As its cache has it sent: with __typename everywhere. */
const sent = (text: string) => print(cache().transformDocument(gql(text)))
export const trustedByApollo = [COURSES, ME].map(sent)

const over = (link: ApolloLink) => new ApolloClient({ link, cache: cache() })
const http = ({ graphql }: LocalWorld, options = {}) => new HttpLink({ uri: graphql, ...options })
const sha256 = async (text: string) => idOf(text)

async function courses(client: ApolloClient) {
  return expectCourses((await client.query({ query: gql(COURSES) })).data)
}

async function eventOf(client: ApolloClient, happen: () => Promise<void>) {
  const event = await firstEvent(happen, (next, error) => {
    const heard = client.subscribe({ query: gql(CHANGES) }).subscribe({ next: ({ data }) => next(data), error })
    return () => heard.unsubscribe()
  })
  client.stop()
  return expectChange(event)
}

function sockets(world: LocalWorld, token: () => Promise<string>): ApolloClient {
  const connectionParams = async () => ({ authorization: `Bearer ${await token()}` })
  return over(new GraphQLWsLink(createClient({ url: world.socket, connectionParams })))
}

export const apolloClient: Client = {
  name: 'Apollo Client',
  cells: {
    POST: async (world) => {
      const headers = { authorization: `Bearer ${await world.token('ada')}` }
      const client = new ApolloClient({
        link: http(world, { headers }),
        cache: cache(),
        clientAwareness: { name: 'shop', version: '1.2.3' },
      })
      return expectMe((await client.query({ query: gql(ME) })).data)
    },
    GET: (world) => courses(over(http(world, { useGETForQueries: true }))),
    'APQ by POST': (world) => courses(over(ApolloLink.from([new PersistedQueryLink({ sha256 }), http(world)]))),
    'APQ by GET': (world) =>
      courses(over(ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries: true }), http(world)]))),
    'trusted id': (world) => {
      const disabled = () => {
        throw new Error('the id was not known')
      }
      const known = new PersistedQueryLink({ generateHash: (document) => idOf(print(document)), disable: disabled })
      return courses(over(ApolloLink.from([known, http(world)])))
    },
    WebSocket: async (world) => {
      const learner = await world.newLearner()
      return eventOf(sockets(world, learner.token), learner.enrol)
    },
    'SSE /graphql/stream': none('no link of its own'),
    'SSE /graphql': none('its own protocol, multipart, is Apollo Router’s'),
    'token ends': async (world) => {
      const { token, happen } = await learnerWithEndingToken(world)
      return eventOf(sockets(world, token), happen)
    },
    abort: (world) => {
      const left = new AbortController()
      const asked = over(http(world)).query({ query: gql(COURSES), context: { fetchOptions: { signal: left.signal } } })
      left.abort()
      return expectAborted(asked)
    },
    browser: inBrowser('apolloClient', ['courses', 'courses by GET', 'me']),
  },
}
