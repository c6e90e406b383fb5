/** Receives a sandbox's webhooks in a test, refusing some on request. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Arrived {
  headers: IncomingHttpHeaders
  body: string
}

export interface Inbox {
  url: string
  arrived: Arrived[]
  /** Answers the next `times` deliveries with 503. */
  refuseNext(times: number): void
  /** Settles with all that arrived once `enough` says so. */
  until(enough: (arrived: Arrived[]) => boolean): Promise<Arrived[]>
  close(): Promise<void>
}

/** Opens an inbox on a free port. */
export async function openInbox(): Promise<Inbox> {
  const arrived: Arrived[] = []
  let refusals = 0
  let waiting: { enough: (arrived: Arrived[]) => boolean; settle: (arrived: Arrived[]) => void }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    arrived.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
    response.writeHead(refusals > 0 ? 503 : 200).end()
    refusals -= 1
    const settled = waiting.filter(({ enough }) => enough(arrived))
    waiting = waiting.filter((one) => !settled.includes(one))
    for (const { settle } of settled) settle(arrived)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    arrived,
    refuseNext: (times) => {
      refusals = times
    },
    until: (enough) =>
      enough(arrived) ? Promise.resolve(arrived) : new Promise((settle) => waiting.push({ enough, settle })),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** Posts JSON and answers status and parsed body: how a test uses a control call. */
export async function post(url: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method: 'POST',
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}
