/** Shows the kinds of messages that a connection sends to PostgreSQL. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

export interface SentMessages {
  /** Of PostgreSQL behind it. */
  url: string
  /** Those since the last look, a letter for each: Parse, Bind, Describe, Execute, Sync. */
  take(): string
  close(): Promise<void>
}

/** Of messages that are there to their end. */
function kindsOf(sent: Buffer): string {
  let kinds = ''
  for (let at = 0; at < sent.length; at += 1 + sent.readInt32BE(at + 1)) kinds += String.fromCharCode(sent[at]!)
  return kinds
}

/** Stands between one connection and the server of `url`. */
export async function watchMessages(url: string): Promise<SentMessages> {
  const { hostname, port } = new URL(url)
  const sent: Buffer[] = []
  const door = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.on('data', (piece) => sent.push(piece))
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.pipe(server).pipe(client)
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  const own = new URL(url)
  own.host = `127.0.0.1:${(door.address() as AddressInfo).port}`
  return {
    url: own.href,
    take: () => kindsOf(Buffer.concat(sent.splice(0))),
    close: async () => {
      door.close()
      await once(door, 'close')
    },
  }
}
