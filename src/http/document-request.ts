/** Reads a GraphQL request's parameters from HTTP and resolves its document. */
import type { FastifyRequest } from 'fastify'
import type { DocumentRequest } from '../graph/limits/trusted-documents.ts'

/** What Apollo is given: a GET's parameters in the search, a POST's in the body. */
export interface ApolloInput {
  search: string
  body: unknown
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    // Apollo says what is wrong with it.
    return undefined
  }
}

/** What names the document; null when there are no parameters, or several requests at once. */
export function documentRequest({ method, body, query }: FastifyRequest): DocumentRequest | null {
  if (method !== 'GET') return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : null
  const parameters = query as Record<string, unknown>
  return { ...parameters, extensions: parsed(parameters.extensions) }
}

/** The request as Apollo is to see it, with the document's `text` in place of what named it. */
export function apolloInput(
  { method, url, body }: FastifyRequest,
  named: DocumentRequest | null,
  text: string | null,
): ApolloInput {
  const mark = url.indexOf('?')
  const search = mark < 0 ? '' : url.slice(mark)
  const asSent =
    named === null || text === null || (named.query === text && !('documentId' in named) && !isPersisted(named))
  if (asSent) return { search, body }
  if (method !== 'GET') {
    const { documentId: _documentId, extensions, ...rest } = body as Record<string, unknown>
    const others = extensions === undefined ? {} : { extensions: withoutPersisted(extensions) }
    return { search, body: { ...rest, ...others, query: text } }
  }
  const parameters = new URLSearchParams(search)
  parameters.delete('documentId')
  parameters.delete('extensions')
  parameters.set('query', text)
  return { search: `?${parameters}`, body }
}

function isPersisted({ extensions }: DocumentRequest): boolean {
  return typeof extensions === 'object' && extensions !== null && 'persistedQuery' in extensions
}

function withoutPersisted(extensions: unknown): unknown {
  if (typeof extensions !== 'object' || extensions === null) return extensions
  const { persistedQuery: _persistedQuery, ...rest } = extensions as Record<string, unknown>
  return rest
}
