/** Serves subscriptions over WebSocket at /graphql by graphql-transport-ws. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { type ExecutionResult, type GraphQLSchema, parse } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Viewer } from '../auth/viewer.ts'
import { ErrorCode, type GraphError, tooComplex, tooLong, unauthenticated } from '../graph/contract/errors.ts'
import { publicError } from '../graph/execution/mask-errors.ts'
import { kindOfCaller } from '../graph/limits/admission.ts'
import type { InFlight } from '../graph/limits/in-flight.ts'
import { isStream, type StreamAnswer, type StreamRequest, type Streams } from '../graph/streaming/streams.ts'
import { recordRefused } from './answered.ts'
import type { KnowsOrigin } from './origins.ts'
import { authorizationIn, endAt, type StreamCallers } from './stream-callers.ts'
import { type Release, STREAM_RETRY_SECONDS, type StreamPlaces } from './stream-places.ts'
import { unreadCutter } from './unread.ts'

/** WebSocket's own code for it. */
const TRY_AGAIN_LATER_CODE = 1013

/** For refusals that say something else of a token than that it is bad. */
const closeCodes: ReadonlyMap<ErrorCode, number> = new Map([
  [ErrorCode.UpstreamUnavailable, TRY_AGAIN_LATER_CODE],
  [ErrorCode.RateLimited, CloseCode.TooManyInitialisationRequests],
])

export interface WebSocketOptions {
  /** Shared with event streams. */
  places: StreamPlaces
  schema: GraphQLSchema
  /** Whose pages may connect; what is no page may, too. */
  knowsOrigin: KnowsOrigin
  /** Where an upgrade comes from, behind whatever proxies. */
  addressOf(request: IncomingMessage): string
  /** A message's size, in bytes. */
  messageBytes: number
  /** The size of the first, which says what headers say elsewhere. */
  greetingBytes: number
  /** Operations at once on one connection. */
  operations: number
  /** Unanswered for this long after a ping, a connection is dead, in ms. */
  pulseMs: number
  /** A client that takes nothing of what waits for it for so long is cut, in ms. */
  unreadMs: number
  /** What a client has not taken yet counts as in flight. */
  inFlight: InFlight
  isDraining(): boolean
}

/** What may wait to be sent to a client that does not read, in bytes. */
const LONGEST_QUEUE_BYTES = 1024 * 1024
/** Of the id that a client gives an operation: a uuid has 36. */
const LONGEST_ID_CHARACTERS = 200
/** For the first message of a client, in ms. */
const GREETS_WITHIN_MS = 5000
/** Operations of one connection that are refused as too many: more are begun by who does not listen. */
const MOST_HELD_BACK_OPERATIONS = 100

/** Any query: which operation runs is settled when graphql-ws sees this. */
const carrier = parse('{ __typename }')

const isHeldBack = ({ errors = [] }: ExecutionResult) =>
  errors.some(({ extensions }) => extensions.code === ErrorCode.RateLimited)

interface Started {
  answer: StreamAnswer
}

interface Connection {
  socket: WebSocket
  request: IncomingMessage
  /** Set when the connection is acknowledged. */
  viewer: Viewer | null
  /** Fires when it is closed. */
  gone: AbortSignal
  /** Lets go of the place that it takes. */
  release: Release
  /** How many of its operations were too many. */
  heldBack: number
}

function refuseUpgrade(socket: Duplex, status: string, headers = ''): void {
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** For clients that have too many, or come when there are too many. */
const retryHeader = `Retry-After: ${STREAM_RETRY_SECONDS}\r\n`

export class WebSockets {
  private readonly server: WebSocketServer
  private readonly streams: Streams
  private readonly callers: StreamCallers
  private readonly options: WebSocketOptions
  /** Operations that are being answered or begun. */
  private readonly answering = new Set<Promise<unknown>>()
  private readonly protocol: ReturnType<typeof makeServer<Record<string, unknown>, Connection>>

  constructor(streams: Streams, callers: StreamCallers, options: WebSocketOptions) {
    this.streams = streams
    this.callers = callers
    this.options = options
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: options.messageBytes,
      handleProtocols,
      clientTracking: true,
    })
    this.protocol = makeServer<Record<string, unknown>, Connection>({
      connectionInitWaitTimeout: GREETS_WITHIN_MS,
      onConnect: ({ extra, connectionParams }) => this.greet(extra, connectionParams),
      onSubscribe: ({ extra, subscriptions }, id, payload) =>
        id.length > LONGEST_ID_CHARACTERS
          ? [tooLong(['id'], 'characters', id.length, LONGEST_ID_CHARACTERS)]
          : this.start(extra, Object.keys(subscriptions).length, payload),
      // Started already: graphql-ws only carries the answers.
      execute: ({ contextValue }) => (contextValue as Started).answer,
    })
  }

  get count(): number {
    return this.server.clients.size
  }

  /** Takes those upgrades that `server` is built to let through: to WebSocket, at /graphql. */
  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      if (this.options.isDraining()) return refuseUpgrade(socket, '503 Service Unavailable')
      if (this.options.knowsOrigin(request.headers) === false) return refuseUpgrade(socket, '403 Forbidden')
      const { places, addressOf } = this.options
      if (places.isFull) return refuseUpgrade(socket, '503 Service Unavailable', retryHeader)
      const release = places.takeUnknown(addressOf(request))
      if (release === null) {
        this.callers.metrics.heldBack({ by: 'streams', how: 'refused', caller: 'anonymous' })
        return refuseUpgrade(socket, '429 Too Many Requests', retryHeader)
      }
      // Also of an upgrade that comes to nothing.
      socket.once('close', release)
      this.server.handleUpgrade(request, socket, head, (connected) => this.opened(connected, request, release))
    })
  }

  /** Finishes what was asked, then sends everybody away; clients connect again elsewhere. */
  async close(): Promise<void> {
    await Promise.all(this.answering)
    // What was answered last is handed to its socket.
    await setImmediate()
    for (const socket of this.server.clients) socket.close(1001, 'Going away')
    const cut = setTimeout(() => {
      for (const socket of this.server.clients) socket.terminate()
    }, 1000)
    await Promise.all([...this.server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    clearTimeout(cut)
    this.server.close()
  }

  private opened(socket: WebSocket, request: IncomingMessage, release: Release): void {
    const stopPinging = keepAlive(socket, this.options.pulseMs)
    const leaving = new AbortController()
    socket.on('error', () => socket.terminate())
    const connection: Connection = { socket, request, viewer: null, gone: leaving.signal, release, heldBack: 0 }
    const cutUnread = unreadCutter(socket, this.options.unreadMs)
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        // graphql-ws waits for it before the next answer; a failure leaves time to hear that the socket is closed.
        send: (text) => {
          const taken = new Promise<void>((resolve) =>
            socket.send(text, (error) => (error ? void setImmediate().then(() => resolve()) : resolve())),
          )
          if (socket.bufferedAmount > 0) {
            cutUnread(taken)
            if (connection.viewer) this.options.inFlight.hold({ viewer: connection.viewer }, taken)
          }
          return taken
        },
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => socket.on('message', (data) => this.received(connection, String(data), take)),
      },
      connection,
    )
    socket.once('close', (code, reason) => {
      stopPinging()
      leaving.abort()
      connection.release()
      closed(code, String(reason)).catch((error: unknown) => this.complain(error))
    })
  }

  private received({ socket, viewer }: Connection, text: string, take: (text: string) => Promise<void>): void {
    // It asks and does not read what it is told.
    if (socket.bufferedAmount > LONGEST_QUEUE_BYTES) {
      socket.terminate()
      return
    }
    if (viewer === null && Buffer.byteLength(text) > this.options.greetingBytes) {
      socket.close(CloseCode.BadRequest, `The first message may have ${this.options.greetingBytes} bytes.`)
      return
    }
    take(text).catch((error: unknown) => {
      this.complain(error)
      socket.close(CloseCode.InternalServerError, 'Internal server error')
    })
  }

  private refused({ code, status }: GraphError): void {
    recordRefused(this.callers.log, this.callers.metrics, randomUUID(), status, code)
  }

  private complain(error: unknown): void {
    this.callers.log.error({ err: error }, 'unexpected fault on a WebSocket')
  }

  /** Who connects: by the first message's parameters, or by the header of the upgrade. */
  private async greet(connection: Connection, parameters: Record<string, unknown> | undefined): Promise<void> {
    const { socket, request } = connection
    try {
      const given = authorizationIn(parameters) ?? request.headers.authorization
      const address = this.options.addressOf(request)
      const viewer = await this.callers.authenticate(given, { ip: address })
      if (connection.gone.aborted || !this.takePlace(connection, viewer)) return
      connection.viewer = viewer
      this.closeWhenExpired(socket, this.callers.expiryOf(viewer))
    } catch (error) {
      const shown = publicError(error, randomUUID(), this.callers.log)
      this.refused(shown)
      // Who could not be looked up may well be somebody: clients connect again after this code, never after the other.
      const code = closeCodes.get(shown.code) ?? CloseCode.Unauthorized
      socket.close(code, shown.message.slice(0, 120))
    }
  }

  /** The place of somebody known in exchange for that of an unknown; closes the socket of who has too many. */
  private takePlace(connection: Connection, viewer: Viewer): boolean {
    connection.release()
    const release = this.options.places.takeFor(viewer)
    if (release !== null) {
      connection.release = release
      return true
    }
    this.callers.metrics.heldBack({ by: 'streams', how: 'refused', caller: kindOfCaller(viewer.key) })
    const whose = viewer.anonymous ? 'this address' : 'you'
    const reason = `Too many streams of ${whose} are open; close one, or try again in ${STREAM_RETRY_SECONDS} s.`
    connection.socket.close(CloseCode.TooManyInitialisationRequests, reason)
    return false
  }

  private async start(connection: Connection, running: number, asked: StreamRequest) {
    const { viewer, gone } = connection
    if (viewer === null) return [unauthenticated()]
    const { operations, isDraining } = this.options
    if (running > operations) return [tooComplex('operations on one connection', running, operations)]
    // Clients ask again what was not answered when their socket is closed, as it soon will be.
    if (isDraining()) return new Promise<never>(() => undefined)
    const starting = this.streams.start(asked, { viewer, correlationId: randomUUID(), transport: 'webSocket', gone })
    this.answering.add(starting)
    const answer = await starting.finally(() => this.answering.delete(starting))
    if (!isStream(answer) && answer.data === undefined) {
      if (isHeldBack(answer)) this.heldBack(connection)
      return answer.errors ?? []
    }
    return { schema: this.options.schema, document: carrier, contextValue: { answer } satisfies Started }
  }

  /** Closes the connection of a client that goes on asking, whatever it is told. */
  private heldBack(connection: Connection): void {
    connection.heldBack += 1
    if (connection.heldBack < MOST_HELD_BACK_OPERATIONS) return
    const reason = `Too much was asked too often; connect again in ${STREAM_RETRY_SECONDS} s.`
    connection.socket.close(CloseCode.TooManyInitialisationRequests, reason)
  }

  private closeWhenExpired(socket: WebSocket, expiresAt: Date | null): void {
    // After this code clients connect again, with the token that they have by then; after Unauthorized they never do.
    const end = () => socket.close(CloseCode.Forbidden, 'The token has expired; connect with a new one.')
    socket.once('close', endAt(expiresAt, end))
  }
}

/** Pings; ends a connection that did not answer the last one. Returns how to stop. */
function keepAlive(socket: WebSocket, pulseMs: number): () => void {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  const pinging = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, pulseMs)
  return () => clearInterval(pinging)
}
