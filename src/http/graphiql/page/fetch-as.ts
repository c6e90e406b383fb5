/** Sends GraphiQL's operations to the gateway as the chosen persona. */
import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit'
import type { IntrospectionSchema } from 'graphql'
import { sortSchema } from './sort-schema.ts'

/** What GraphiQL names its question for the schema. */
const introspection = 'IntrospectionQuery'

/** `authorization` is asked at each operation; what the headers' editor says goes before it. */
export function fetchAs(authorization: () => Promise<string | null>): Fetcher {
  const address = new URL(location.pathname, location.href)
  const socket = new URL(address)
  socket.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const fetcher = createGraphiQLFetcher({
    url: address.href,
    subscriptionUrl: socket.href,
    enableIncrementalDelivery: false,
  })
  return async (parameters, options) => {
    const given = Object.entries(options?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
    const headers: Record<string, string> = Object.fromEntries(given)
    const token = headers.authorization ?? (await authorization())
    const answer = await fetcher(parameters, {
      ...options,
      headers: token === null ? headers : { ...headers, authorization: token },
    })
    if (parameters.operationName !== introspection || !('data' in answer) || !answer.data) return answer
    return { ...answer, data: { __schema: sortSchema(answer.data.__schema as IntrospectionSchema) } }
  }
}
