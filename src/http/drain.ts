/** Going away without losing a request: stop accepting, finish what was accepted, then close the connections. */

import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export interface DrainOptions {
  /** How long to go on answering while load balancers notice that /health/ready says no, in ms. */
  noticeMs: number
  /**
   * A client that asks again within this finds its connection open, is answered and told to leave, in ms. After it, what
   * is idle is closed, and a request that is on its way then is lost: nobody can tell it from one that never comes.
   */
  idleMs: number
  /** After this long the connections that are still busy are cut, in ms. */
  limitMs: number
}

/** Whether the server is going away, and how to make it go. */
export class Drain {
  private started: Promise<void> | null = null
  private readonly stopping: (() => Promise<void> | void)[] = []
  private listenerClosed: Promise<void> | null = null

  get draining(): boolean {
    return this.started !== null
  }

  /**
   * What a request has to wait for before it is taken up, for a few ms while the listener closes: whoever is answered
   * connects again, and would be reset in the system's queue of connections. Null at any other time.
   */
  get held(): Promise<void> | null {
    return this.listenerClosed
  }

  /** Runs `stop` once nothing new is accepted, while accepted requests finish: streams end themselves here. */
  onStop(stop: () => Promise<void> | void): void {
    this.stopping.push(stop)
  }

  /** Resolves when the last connection is closed. A second call waits for the first. */
  begin(fastify: FastifyInstance, options: DrainOptions): Promise<void> {
    this.started ??= this.drain(fastify, options)
    return this.started
  }

  private async drain(fastify: FastifyInstance, { noticeMs, idleMs, limitMs }: DrainOptions): Promise<void> {
    const { server } = fastify
    // from now on each answer says `connection: close`, so kept-alive clients leave of themselves
    if (noticeMs > 0) await sleep(noticeMs)
    const cut = setTimeout(() => server.closeAllConnections(), limitMs)
    try {
      const ended = server.listening ? await this.closeListener(server) : { over: Promise.resolve() }
      await Promise.all(this.stopping.map((stop) => stop()))
      await closeAsTheyFallIdle(server, ended.over, idleMs)
      await fastify.close()
    } finally {
      clearTimeout(cut)
    }
  }

  private async closeListener(server: Server): Promise<{ over: Promise<void> }> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.listenerClosed = promise
    await untilNobodyWaits(server)
    const over = stopListening(server)
    this.listenerClosed = null
    resolve()
    return { over }
  }
}

/** Turns of the event loop without a new connection after which the system's queue of them is empty. */
const quietTurns = 5
const longestWaitMs = 1000

/** Closing the listener resets whoever has connected and is not accepted yet: those are taken in first. */
async function untilNobodyWaits(server: Server): Promise<void> {
  let quiet = 0
  const heard = () => {
    quiet = 0
  }
  server.on('connection', heard)
  const latest = performance.now() + longestWaitMs
  while (quiet < quietTurns && performance.now() < latest) {
    quiet += 1
    await setImmediate()
  }
  server.off('connection', heard)
}

/**
 * Resolves when the last connection is closed. http.Server's own close would at once cut connections that were accepted
 * and whose first request is still on its way; net.Server's does not.
 */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    Reflect.apply(NetServer.prototype.close, server, [() => resolve()])
  })
}

/** Between two looks for what has fallen idle, in ms. */
const lookMs = 50

async function closeAsTheyFallIdle(server: Server, ended: Promise<void>, idleMs: number): Promise<void> {
  let over = false
  const noted = ended.then(() => {
    over = true
  })
  await Promise.race([sleep(idleMs), noted])
  while (!over) {
    await Promise.race([sleep(lookMs), noted])
    // whatever has arrived meanwhile is read first, or its connection would look idle
    await setImmediate()
    await setImmediate()
    server.closeIdleConnections()
  }
}
