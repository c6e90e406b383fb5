/** Reads a GraphQL request's parameters from HTTP and resolves its document. */
import type { FastifyRequest } from 'fastify'
import { badUserInput } from '../graph/contract/errors.ts'
import type { StreamRequest } from '../graph/streaming/streams.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A request's parameters: a GET's in the search, a POST's in the body; null when that is no JSON object. Throws
 * BAD_USER_INPUT for a GET whose parameters cannot be read.
 */
export function parametersOf({ method, body, query }: FastifyRequest): StreamRequest | null {
  if (method === 'POST') return isRecord(body) ? body : null
  const { variables, extensions, ...rest } = query as Record<string, unknown>
  return { ...rest, ...objectOf('variables', variables), ...objectOf('extensions', extensions) }
}

function objectOf(name: string, text: unknown): Record<string, Record<string, unknown>> {
  if (text === undefined || text === '') return {}
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : null
    if (value === null && text === 'null') return {}
    if (isRecord(value)) return { [name]: value }
  } catch {
    // Said below.
  }
  throw badUserInput(`"${name}" must be a JSON object.`, name)
}

/** The body of the request as Apollo is to see it, with the document's `text` in place of what named it. */
export function apolloBody(parameters: StreamRequest, text: string): object {
  const { documentId: _documentId, extensions, ...rest } = parameters
  const others = extensions === undefined ? {} : { extensions: withoutPersisted(extensions) }
  return { ...rest, ...others, query: text }
}

function withoutPersisted(extensions: unknown): unknown {
  if (!isRecord(extensions)) return extensions
  const { persistedQuery: _persistedQuery, ...rest } = extensions
  return rest
}
