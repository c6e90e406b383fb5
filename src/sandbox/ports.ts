/** Checks that every port of the local world is free before anything starts. */
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { StartRefusal } from './start-refusal.ts'

export type WantedPort = {
  port: number
  host: string
  /** As a sentence calls it, e.g. `the gateway`. */
  part: string
  /** The environment variable that gives this part another port. */
  variable: string
}

/**
 * Throws a StartRefusal naming the port, the part that wants it and the variable to set, for the first that cannot be
 * had within `patienceMs` (what is left of a killed world needs a moment to end; otherwise 0).
 */
export async function untilPortsAreFree(wanted: WantedPort[], patienceMs: number, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    try {
      return await assertPortsFree(wanted)
    } catch (problem) {
      if (waitedMs >= patienceMs) throw problem
      await delay(100, undefined, { signal })
    }
  }
}

async function assertPortsFree(wanted: WantedPort[]): Promise<void> {
  const holders = new Map<number, WantedPort>()
  for (const want of wanted) {
    const other = holders.get(want.port)
    if (other)
      throw new StartRefusal(
        `${other.variable} and ${want.variable} are both ${want.port}; give each part its own port.`,
      )
    holders.set(want.port, want)
  }
  for (const want of wanted) {
    const code = await tryToListen(want)
    if (code === undefined) continue
    if (code === 'EADDRINUSE')
      throw new StartRefusal(
        `Port ${want.port}, wanted by ${want.part}, is in use; stop the program that holds it or set ${want.variable} to another port.`,
      )
    throw new StartRefusal(
      `Port ${want.port} on ${want.host}, wanted by ${want.part}, cannot be opened (${code}); set ${want.variable} to another port.`,
    )
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** The error code of listening there, or undefined when it worked. */
async function tryToListen({ port, host }: WantedPort): Promise<string | undefined> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', (problem: NodeJS.ErrnoException) => resolve(problem.code ?? problem.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
