/** Authorises, limits and masks subscriptions over WebSocket and server-sent events. */
import type { FastifyInstance } from 'fastify'
import type { Streams } from '../graph/streaming/streams.ts'
import { addEventStream } from './event-stream.ts'
import type { StreamCallers } from './stream-callers.ts'
import { type WebSocketOptions, WebSockets } from './websocket.ts'

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
  addEventStream(scope, streams, callers, options)
  const sockets = new WebSockets(streams, callers, options)
  sockets.attach(scope.server)
  return {
    counts: () => ({ websockets: sockets.count, streams: streams.count }),
    async close() {
      // First, or a client would hear that its subscriptions have come to their end.
      await sockets.close()
      await streams.close()
    },
  }
}
