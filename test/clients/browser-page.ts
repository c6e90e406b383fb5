/** Asks by each client on a page, for the test that drives the page. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core'
import { cacheExchange, fetchExchange, Client as Urql } from '@urql/core'
import { GraphQLClient, request } from 'graphql-request'
import { createClient as createEventClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import relay from 'relay-runtime'
import { pipe, subscribe } from 'wonka'
import { CHANGES, COURSES, ME } from './cell.ts'

interface Addresses {
  graphql: string
  stream: string
  socket: string
  token: string
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const apollo = (uri: string, options = {}) =>
  new ApolloClient({
    link: new HttpLink({ uri, ...options }),
    cache: new InMemoryCache(),
    clientAwareness: { name: 'shop', version: '1.2.3' },
  })

/** The first event of what `subscribe` opens. */
const first = (open: (next: (data: unknown) => void, error: (problem: unknown) => void) => void) =>
  new Promise<unknown>((next, error) => open(next, error))

const asking = async (graphql: string, text: string, token?: string) => {
  const { Environment, Network, RecordSource, Store, fetchQuery } = relay
  const network = Network.create(async (params) => {
    const response = await fetch(graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && bearer(token)) },
      body: JSON.stringify({ query: params.text }),
    })
    return response.json()
  })
  // What the compiler would write of a query whose answer is taken as it comes.
  const operation = {
    kind: 'Request',
    fragment: {
      argumentDefinitions: [],
      kind: 'Fragment',
      metadata: null,
      name: 'Asked',
      selections: [],
      type: 'Query',
    },
    operation: { argumentDefinitions: [], kind: 'Operation', name: 'Asked', selections: [] },
    params: { cacheID: text, id: null, metadata: {}, name: 'Asked', operationKind: 'query', text },
  }
  const environment = new Environment({ network, store: new Store(new RecordSource()) })
  void fetchQuery
  const answer = await environment
    .getNetwork()
    .execute(operation.params as never, {}, {})
    .toPromise()
  return (answer as { data?: unknown } | undefined)?.data
}

Object.assign(globalThis, {
  page: {
    apolloClient: {
      courses: async ({ graphql }: Addresses) => (await apollo(graphql).query({ query: gql(COURSES) })).data,
      coursesByGet: async ({ graphql }: Addresses) =>
        (await apollo(graphql, { useGETForQueries: true }).query({ query: gql(COURSES) })).data,
      me: async ({ graphql, token }: Addresses) =>
        (await apollo(graphql, { headers: bearer(token) }).query({ query: gql(ME) })).data,
    },
    urql: {
      courses: async ({ graphql }: Addresses) =>
        (await new Urql({ url: graphql, exchanges: [cacheExchange, fetchExchange] }).query(COURSES, {}).toPromise())
          .data,
      me: async ({ graphql, token }: Addresses) => {
        const options = {
          url: graphql,
          exchanges: [cacheExchange, fetchExchange],
          fetchOptions: { headers: bearer(token) },
        }
        return (await new Urql(options).query(ME, {}).toPromise()).data
      },
      events: ({ graphql, token }: Addresses) => {
        const client = new Urql({
          url: graphql,
          exchanges: [cacheExchange, fetchExchange],
          fetchSubscriptions: true,
          fetchOptions: { headers: bearer(token) },
        })
        return first((next, failed) => {
          pipe(
            client.subscription(CHANGES, {}),
            subscribe(({ data, error }) => (error ? failed(error) : data && next(data))),
          )
        })
      },
    },
    graphqlRequest: {
      courses: ({ graphql }: Addresses) => request(graphql, COURSES),
      coursesByGet: ({ graphql }: Addresses) => new GraphQLClient(graphql, { method: 'GET' }).request(COURSES),
      me: ({ graphql, token }: Addresses) => request(graphql, ME, {}, bearer(token)),
    },
    graphqlWs: {
      events: ({ socket, token }: Addresses) =>
        first((next, error) => {
          const client = createClient({ url: socket, connectionParams: bearer(token) })
          client.subscribe({ query: CHANGES }, { next: ({ data }) => next(data), error, complete: () => undefined })
        }),
    },
    graphqlSse: {
      events: ({ stream, token }: Addresses) =>
        first((next, error) => {
          const client = createEventClient({ url: stream, headers: bearer(token) })
          client.subscribe({ query: CHANGES }, { next: ({ data }) => next(data), error, complete: () => undefined })
        }),
    },
    relay: {
      courses: ({ graphql }: Addresses) => asking(graphql, COURSES),
      me: ({ graphql, token }: Addresses) => asking(graphql, ME, token),
    },
  },
})
