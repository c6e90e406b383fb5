/** Stands between a gateway and PostgreSQL, to cut, silence or refuse their connections. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What it does with connections: `refuse` hangs up on new ones, `full` says that there is none free. */
export type Manner = 'pass' | 'silent' | 'refuse' | 'full' | 'nonsense'

/** A piece of what goes by: to PostgreSQL or from it. */
export interface Piece {
  /** Counted from the first. */
  connection: number
  toServer: boolean
  bytes: Buffer
}

export interface SilentProxy {
  /** As PostgreSQL's own, by way of here. */
  url: string
  /** From now on, for open connections too. */
  manner: Manner
  /** Holds back each piece from PostgreSQL for so long. */
  delayMs: number
  /** Looks at each piece before it goes on; false: it does not, and every connection is cut. */
  onPiece: ((piece: Piece) => boolean) | null
  /** Cuts every connection, in the middle of whatever is on it. */
  cut(): void
  close(): Promise<void>
}

/** "sorry, too many clients already", as PostgreSQL says it before it hangs up. */
function tooManyClients(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C53300', 'Msorry, too many clients already'].map((field) => `${field}\0`)
  const body = Buffer.from(`${fields.join('')}\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** What a balancer answers that takes PostgreSQL for something else. */
const nonsense = Buffer.from('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')

/** In front of the server at `target`. */
export async function startSilentProxy(target: string): Promise<SilentProxy> {
  const server = new URL(target)
  const open = new Set<Socket>()
  let connections = 0
  const listener = createServer((client) => {
    if (proxy.manner === 'refuse') return client.destroy()
    if (proxy.manner === 'full') {
      client.once('data', () => client.end(tooManyClients()))
      return keep(client)
    }
    const connection = connections++
    const upstream = connect(Number(server.port), server.hostname)
    for (const [from, to, toServer] of [
      [client, upstream, true],
      [upstream, client, false],
    ] as const) {
      keep(from)
      from.on('data', (bytes) => pass(to, { connection, toServer, bytes }))
      // A silent host does not say goodbye.
      from.once('close', () => proxy.manner !== 'silent' && to.destroy())
    }
  })
  function keep(socket: Socket): void {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => open.delete(socket))
  }
  function pass(to: Socket, piece: Piece): void {
    if (proxy.manner === 'silent') return
    if (proxy.manner === 'nonsense') {
      if (!piece.toServer) to.write(nonsense)
      return
    }
    if (proxy.onPiece && !proxy.onPiece(piece)) proxy.cut()
    else if (proxy.delayMs === 0 || piece.toServer) to.write(piece.bytes)
    else setTimeout(() => to.destroyed || to.write(piece.bytes), proxy.delayMs)
  }
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const here = new URL(target)
  here.port = `${(listener.address() as AddressInfo).port}`
  const proxy: SilentProxy = {
    url: here.href,
    manner: 'pass',
    delayMs: 0,
    onPiece: null,
    cut() {
      for (const socket of open) socket.destroy()
    },
    async close() {
      proxy.cut()
      listener.close()
      await once(listener, 'close')
    },
  }
  return proxy
}
