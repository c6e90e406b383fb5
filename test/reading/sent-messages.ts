/** Lists the kinds of messages that a connection sends to PostgreSQL, write by write. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

export interface SentMessages {
  /** Of PostgreSQL behind it. */
  url: string
  /** A letter for each message: Parse, Bind, Describe, Execute, Sync; a text for each write, taken since the last look. */
  take(): string[]
  close(): Promise<void>
}

function kindsOf(write: Buffer): string {
  let kinds = ''
  for (let at = 0; at < write.length; at += 1 + write.readInt32BE(at + 1)) kinds += String.fromCharCode(write[at]!)
  return kinds
}

/** Stands between one connection and the server of `url`. */
export async function watchMessages(url: string): Promise<SentMessages> {
  const { hostname, port } = new URL(url)
  const writes: Buffer[] = []
  const door = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.on('data', (write) => writes.push(write))
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
    client.pipe(server).pipe(client)
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  const own = new URL(url)
  own.host = `127.0.0.1:${(door.address() as AddressInfo).port}`
  return {
    url: own.href,
    take: () => writes.splice(0).map(kindsOf),
    close: async () => {
      door.close()
      await once(door, 'close')
    },
  }
}
