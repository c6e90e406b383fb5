/** Takes up offers of WebSocket at /graphql, and ignores every other. */
import type { IncomingMessage, Server } from 'node:http'

/**
 * Whether a request leaves HTTP. Any other offer (`h2c` of curl and of Java's client, WebSocket elsewhere) is ignored, as a
 * server may: the request is answered as if it had not been made.
 */
export function takesOffer({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return false
  return /^\/graphql\/?(\?|$)/.test(url ?? '')
}

/** Has a request be answered whatever it expects; by itself Node refuses all expectations but `100-continue`. */
export function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}
