/** Going away without losing a request: stop accepting, finish what was accepted, then close the connections. */
import type { FastifyInstance } from 'fastify'

export interface DrainOptions {
  /** How long to go on answering while load balancers notice that /health/ready says no, in ms. */
  noticeMs: number
  /** After this long the connections that are still busy are cut, in ms. */
  limitMs: number
}

/** Whether the server is going away, and how to make it go. */
export class Drain {
  private started: Promise<void> | null = null
  private readonly stopping: (() => Promise<void> | void)[] = []

  get draining(): boolean {
    return this.started !== null
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

  private async drain(fastify: FastifyInstance, { noticeMs, limitMs }: DrainOptions): Promise<void> {
    // from now on each answer says `connection: close`, so kept-alive clients leave of themselves
    if (noticeMs > 0) await new Promise((resolve) => setTimeout(resolve, noticeMs))
    const cut = setTimeout(() => fastify.server.closeAllConnections(), limitMs)
    try {
      const closed = fastify.close()
      await Promise.all(this.stopping.map((stop) => stop()))
      await closed
    } finally {
      clearTimeout(cut)
    }
  }
}
