/** Tells the gateway's own and allowed origins from those of foreign pages. */
import type { IncomingHttpHeaders } from 'node:http'
import { originExpression } from '../values/origin.ts'

/** Whether the page behind these headers is of our own origin or an allowed one; null when they name none. */
export type KnowsOrigin = (headers: IncomingHttpHeaders) => boolean | null

/** `allowedOrigins` are origins, or patterns of them. */
export function knownOrigins(allowedOrigins: readonly string[]): KnowsOrigin {
  const expressions = allowedOrigins.map(originExpression)
  return ({ origin, host }) => {
    if (origin === undefined) return null
    if (expressions.some((expression) => expression.test(origin))) return true
    return URL.canParse(origin) && new URL(origin).host === host
  }
}

/** What no page may send to another origin unless a preflight permits it. */
const permittedHeaders = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name']
/** A page may send these anywhere, by a form or without CORS. */
const formTypes: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
])

/**
 * Whether a GET may be a foreign page's, that is an image, script, form or frame of it. Browsers say from where they ask;
 * what says nothing is no browser (or one of before 2023, whose page can spend its visitor's rate limit and no more: it
 * reads no answer, and sends nobody's token).
 */
export function mayBeForeign(headers: IncomingHttpHeaders, knows: KnowsOrigin): boolean {
  if (permittedHeaders.some((name) => headers[name])) return false
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type && !formTypes.has(type)) return false
  const known = knows(headers)
  if (known !== null) return !known
  const site = headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}
