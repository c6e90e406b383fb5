/** Serves what a signed address opens, without a login. */
import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'

/** What is sent: a page to print, or a file as it is made. */
export interface OpenedDocument {
  type: string
  /** As it is called when it is kept. */
  fileName: string
  /** Shown in the browser; false: kept as a file. */
  inline: boolean
  body: string | Readable
}

export type DocumentOpener = (token: string) => Promise<OpenedDocument | 'FORGED' | 'EXPIRED' | 'GONE'>

const forged = { error: 'This address was not made here.' }
const expired = { error: 'This address has expired; ask for another one.' }
const gone = { error: 'There is nothing at this address.' }

/** Styles of its own, and nothing that runs. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** Adds `GET <path>/<token>`: 410 for a token whose time is over, 403 for one that is not ours. */
export function addDocuments(fastify: FastifyInstance, path: string, open: DocumentOpener): void {
  fastify.get<{ Params: { '*': string } }>(`${path}/*`, async ({ params }, reply) => {
    reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex')
    const opened = await open(params['*'])
    if (opened === 'FORGED') return reply.code(403).send(forged)
    if (opened === 'EXPIRED') return reply.code(410).send(expired)
    if (opened === 'GONE') return reply.code(404).send(gone)
    const { type, fileName, inline, body } = opened
    return reply
      .header('content-security-policy', policy)
      .header('content-disposition', `${inline ? 'inline' : 'attachment'}; filename="${fileName}"`)
      .type(type)
      .send(body)
  })
}
