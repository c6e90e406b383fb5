/** Sets cache headers on GET answers and recognises answers that the client has. */

import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** An answer's data decides, however it is encoded: what it cost differs each time and means nothing to a cache. */
function etagOf(text: string): string {
  const end = text.lastIndexOf(',"extensions":')
  return `W/"${hash('sha1', end < 0 ? text : text.slice(0, end), 'base64url')}"`
}

/**
 * Sets the headers of an answer, `cacheControl` being what its document allows. True when the client has the answer
 * already: then 304 is to be sent, without it.
 */
export function setCaching(
  request: FastifyRequest,
  reply: FastifyReply,
  cacheControl: string | null,
  text: string,
): boolean {
  if (request.method === 'POST' || cacheControl === null) {
    reply.header('cache-control', 'no-store')
    return false
  }
  const etag = etagOf(text)
  reply.header('cache-control', cacheControl).header('etag', etag)
  // Who signs in must not be given what was kept for anybody.
  addVary(reply, 'authorization, accept')
  return isNamed(etag, request.headers['if-none-match'])
}

/** Tells caches what else an answer depends on. */
export function addVary(reply: FastifyReply, names: string): void {
  const vary = reply.getHeader('vary')
  reply.header('vary', vary ? `${vary}, ${names}` : names)
}

/** Compares weakly, as If-None-Match is to be compared: caches and proxies add or drop the `W/`. */
function isNamed(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}
