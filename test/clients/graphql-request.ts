/** Asks by graphql-request with its defaults. */
import { GraphQLClient, request } from 'graphql-request'
import { inBrowser } from './browser.ts'
import { type Client, COURSES, expectAborted, expectCourses, expectMe, ME, none } from './cell.ts'

const noHashes = none('sends documents whole')
const noStreams = none('no subscriptions')

export const graphqlRequest: Client = {
  name: 'graphql-request',
  cells: {
    POST: async ({ graphql, token }) => {
      const authorization = `Bearer ${await token('ada')}`
      return expectMe(await request(graphql, ME, {}, { authorization }))
    },
    GET: async ({ graphql }) => expectCourses(await new GraphQLClient(graphql, { method: 'GET' }).request(COURSES)),
    'APQ by POST': noHashes,
    'APQ by GET': noHashes,
    'trusted id': noHashes,
    WebSocket: noStreams,
    'SSE /graphql/stream': noStreams,
    'SSE /graphql': noStreams,
    'token ends': async ({ graphql, token }) => {
      const authorization = `Bearer ${await token('ada', -60)}`
      const refused = await request(graphql, ME, {}, { authorization }).catch((error: unknown) => error)
      const code = (refused as { response?: { errors?: { extensions: { code: string } }[] } }).response?.errors?.[0]
      if (code?.extensions.code !== 'UNAUTHENTICATED') throw refused
      return 'refused: UNAUTHENTICATED'
    },
    abort: ({ graphql }) => {
      const left = new AbortController()
      const asked = request({ url: graphql, document: COURSES, signal: left.signal })
      left.abort()
      return expectAborted(asked)
    },
    browser: inBrowser('graphqlRequest', ['courses', 'courses by GET', 'me']),
  },
}
