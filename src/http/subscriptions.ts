/** Operations that go on answering, over WebSocket and as server-sent events: authorised, limited and masked as queries are. */
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Viewer } from '../auth/viewer.ts'
import type { Streams } from '../graph/streams.ts'
import { addEventStream } from './event-stream.ts'
import { type WebSocketOptions, WebSockets } from './websocket.ts'

/** How streams learn who asks, and until when. */
export interface StreamCallers {
  authenticate(authorization: string | undefined, address: string): Viewer | Promise<Viewer>
  /** When the caller's token ends, and with it the stream; null for never. */
  expiryOf(viewer: Viewer): Date | null
  log: Logger
}

export interface Subscriptions {
  /** Open connections and streams, for the metrics. */
  counts(): { websockets: number; streams: number }
  /** Ends them all; clients begin again with a replica that stays. */
  close(): Promise<void>
}

/** Adds both transports to `scope`, whose headers and origins they share. */
export function addSubscriptions(
  scope: FastifyInstance,
  streams: Streams,
  callers: StreamCallers,
  options: WebSocketOptions,
): Subscriptions {
  addEventStream(scope, streams, callers)
  const sockets = new WebSockets(streams, callers, options)
  sockets.attach(scope.server)
  return {
    counts: () => ({ websockets: sockets.count, streams: streams.count }),
    async close() {
      await streams.close()
      await sockets.close()
    },
  }
}
