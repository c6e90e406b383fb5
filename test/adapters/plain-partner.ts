/** Runs a minimal partner with fixed answers and a record of requests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type PartnerOptions, partnerAdapter } from '../../src/adapters/partner/partner-adapter.ts'

export interface PlainAnswer {
  status?: number
  headers?: Record<string, string>
  /** Sent as JSON; a string as it is. */
  body?: unknown
}

export interface Asked {
  method: string
  /** With the query. */
  path: string
  authorization: string | undefined
  body: string
}

export interface PlainPartner {
  url: string
  asked: Asked[]
  close(): Promise<void>
}

/** The adapter, connected to it. */
export const adapterOf = ({ url }: PlainPartner, more: Partial<PartnerOptions> = {}) =>
  partnerAdapter({
    consumerKey: 'consumer',
    sharedSecret: 'shared',
    webhookSecrets: ['webhook'],
    baseUrl: url,
    now: () => new Date(),
    onCall: () => undefined,
    log: { info: () => undefined, warn: () => undefined },
    ...more,
  })

/** Answers by `METHOD /path` (without the query) from `answers`, which may change meanwhile; else 404 as the partner does. */
export async function openPlainPartner(answers: Record<string, PlainAnswer>): Promise<PlainPartner> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = 'GET', url: path = '/', headers } = request
    asked.push({ method, path, authorization: headers.authorization, body: Buffer.concat(chunks).toString('utf8') })
    const answer = answers[`${method} ${path}`] ?? answers[`${method} ${path.split('?')[0]}`]
    const { status = 200, body } = answer ?? { status: 404, body: { error: { code: 'not_found', message: 'None.' } } }
    response.writeHead(status, { 'content-type': 'application/json', ...answer?.headers })
    response.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
