/** Stands between the sandboxes and the gateway, so that a test knows when each webhook that was sent has been answered. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface WebhookDoor {
  url: string
  /** So many more are on their way. */
  expect(count: number): void
  /** Settles once all of them were answered. */
  allArrived(): Promise<void>
  close(): Promise<void>
}

/** Passes everything on to the gateway, byte for byte. */
export async function openWebhookDoor(gatewayUrl: string): Promise<WebhookDoor> {
  let expected = 0
  let arrived = 0
  let tell: () => void = () => undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { host: _h, connection: _c, 'content-length': _l, ...headers } = request.headers
    const answer = await fetch(`${gatewayUrl}${request.url}`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: Buffer.concat(chunks),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    arrived += 1
    tell()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    expect(count) {
      expected += count
    },
    async allArrived() {
      while (arrived < expected) {
        await new Promise<void>((resolve) => {
          tell = resolve
        })
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
