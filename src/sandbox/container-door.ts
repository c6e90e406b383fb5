/** Forwards calls from outside a container to a sandbox on its loopback. */
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Listens on the container's own addresses at the same port and passes everything on to 127.0.0.1. The sandbox keeps
 * one address for everybody, inside and out, which it prints in links and as the issuer of tokens.
 */
export async function openToContainerNetwork(port: number): Promise<{ close(): Promise<void> }> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((addressesOfOne) => addressesOfOne ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  const servers = await Promise.all(addresses.map(({ address }) => passOn(address, port)))
  return { close: async () => void (await Promise.all(servers.map((server) => server.close()))) }
}

async function passOn(address: string, port: number): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<{ destroy(): unknown }>()
  const server = createServer((outside) => {
    const inside = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
