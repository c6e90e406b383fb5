/** Authorises, limits and masks subscriptions over WebSocket and server-sent events. */
import type { FastifyInstance } from 'fastify'
import type { Streams } from '../graph/streaming/streams.ts'
import { type EventStreamOptions, eventStream, type StreamEvents } from './event-stream.ts'
import type { StreamCallers } from './stream-callers.ts'
import { type WebSocketOptions, WebSockets } from './websocket.ts'

export interface Subscriptions {
  /** Answers with events, at further addresses. */
  streamEvents: StreamEvents
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
  options: WebSocketOptions & EventStreamOptions,
): Subscriptions {
  const streamEvents = eventStream(streams, callers, options)
  scope.post('/graphql/stream', streamEvents)
  scope.get('/graphql/stream', streamEvents)
  const sockets = new WebSockets(streams, callers, options)
  sockets.attach(scope.server)
  return {
    streamEvents,
    counts: () => ({ websockets: sockets.count, streams: streams.count }),
    async close() {
      // First, or a client would hear that its subscriptions have come to their end.
      await sockets.close()
      await streams.close()
    },
  }
}
