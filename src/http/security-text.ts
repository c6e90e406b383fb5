/** Serves /.well-known/security.txt, by which researchers find whom to tell. */
import type { FastifyInstance } from 'fastify'

export interface SecurityText {
  /** A mailto: or https: URI. */
  contact: string
  /** Where clients reach this gateway. */
  publicUrl: string
  now(): Date
}

/** RFC 9116 advises less than a year: what has expired is no longer to be believed. */
const HOLDS_FOR_DAYS = 180
const DAY_MS = 86_400_000
const path = '/.well-known/security.txt'

/** It expires that long after each answer: whoever runs the gateway renews it by running it. */
export function addSecurityText(fastify: FastifyInstance, { contact, publicUrl, now }: SecurityText): void {
  fastify.get(path, async (_request, reply) => {
    const expires = new Date(now().getTime() + HOLDS_FOR_DAYS * DAY_MS)
    const lines = [`Contact: ${contact}`, `Expires: ${expires.toISOString()}`, `Canonical: ${publicUrl}${path}`]
    return reply
      .header('cache-control', 'public, max-age=86400')
      .type('text/plain; charset=utf-8')
      .send(`${lines.join('\n')}\n`)
  })
}
