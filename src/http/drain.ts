/** Drains the server at shutdown: finishes accepted requests, then closes connections. */

import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
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
  private readonly underWay = new Set<ServerResponse>()
  private readonly connections = new Set<Socket>()

  get draining(): boolean {
    return this.started !== null
  }

  /**
   * Takes up a request: at once, but while the listener closes only after that, for whoever is answered connects again.
   * It is counted until it is answered.
   */
  admit(response: ServerResponse, go: () => void): void {
    const start = () => {
      this.underWay.add(response)
      response.on('close', () => this.leave(response))
      go()
    }
    if (this.listenerClosed) this.listenerClosed.then(start)
    else start()
  }

  /** Knows of a connection until it is closed. */
  connected(socket: Socket): void {
    this.connections.add(socket)
    socket.on('close', () => this.connections.delete(socket))
  }

  /** Waits no longer for this answer, which does not end by itself. */
  leave(response: ServerResponse): void {
    this.underWay.delete(response)
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
    // From now on each answer says `connection: close`, so kept-alive clients leave of themselves.
    if (noticeMs > 0) await sleep(noticeMs)
    const cut = setTimeout(() => server.closeAllConnections(), limitMs)
    try {
      const ended = server.listening ? await this.closeListener(server) : { over: Promise.resolve() }
      await Promise.all(this.stopping.map((stop) => stop()))
      await closeAsTheyFallIdle(server, ended.over, idleMs, this.connections)
      await fastify.close()
    } finally {
      clearTimeout(cut)
    }
  }

  /**
   * Closing the listener resets whoever has connected and is not accepted yet. So nobody is answered meanwhile, those that
   * were being answered are waited for, and then those in the system's queue are taken in, until none comes any more.
   */
  private async closeListener(server: Server): Promise<{ over: Promise<void> }> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.listenerClosed = promise
    const latest = performance.now() + LONGEST_WAIT_MS
    while (this.underWay.size > 0 && performance.now() < latest) await sleep(1)
    await untilNobodyComes(server, latest)
    const over = stopListening(server)
    this.listenerClosed = null
    resolve()
    return { over }
  }
}

/** For requests under way and those in the queue, in ms: then the listener closes all the same. */
const LONGEST_WAIT_MS = 1000
/**
 * Without a new connection for this long nobody is on the way, in ms: who was answered last has connected again. It is an
 * instant only, between the last look and the close, in which a stranger who connects would be reset.
 */
const QUIET_MS = 25

async function untilNobodyComes(server: Server, latest: number): Promise<void> {
  let heardMs = performance.now()
  const heard = () => {
    heardMs = performance.now()
  }
  server.on('connection', heard)
  for (let nowMs = heardMs; nowMs - heardMs < QUIET_MS && nowMs < latest; nowMs = performance.now())
    await setImmediate()
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
const LOOKS_EVERY_MS = 50

async function closeAsTheyFallIdle(
  server: Server,
  ended: Promise<void>,
  idleMs: number,
  connections: ReadonlySet<Socket>,
): Promise<void> {
  let over = false
  const noted = ended.then(() => {
    over = true
  })
  await Promise.race([sleep(idleMs), noted])
  while (!over) {
    await Promise.race([sleep(LOOKS_EVERY_MS), noted])
    // Whatever has arrived meanwhile is read first, or its connection would look idle.
    await setImmediate()
    await setImmediate()
    server.closeIdleConnections()
    // Browsers open connections ahead of what they may ask; node waits for their first request.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
  }
}
