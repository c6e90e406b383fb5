/** Records the requests between an adapter and a sandbox while passing them on. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Recorded {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  /** Parsed JSON; the text when it is none; undefined without a body. */
  body: unknown
}

export interface RecordingProxy {
  url: string
  recorded: Recorded[]
  close(): Promise<void>
}

export async function openRecordingProxy(target: string): Promise<RecordingProxy> {
  const recorded: Recorded[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const { pathname: path, searchParams: query } = new URL(request.url as string, target)
    const method = request.method as string
    recorded.push({ method, path, query, headers: request.headers, body: parsed(text) })
    const { host: _, connection: __, ...headers } = request.headers
    const answer = await fetch(target + request.url, {
      method,
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(text !== '' && { body: text }),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    recorded,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
