/** Serves subscriptions as server-sent events, at /graphql/stream and at /graphql. */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { print } from 'graphql-sse'
import type { Viewer } from '../auth/viewer.ts'
import { badUserInput, ErrorCode, rateLimited } from '../graph/contract/errors.ts'
import { publicError, refusalOf } from '../graph/execution/mask-errors.ts'
import { kindOfCaller } from '../graph/limits/admission.ts'
import { isStream, type ResultStream, type StreamAnswer, type Streams } from '../graph/streaming/streams.ts'
import { recordRefused } from './answered.ts'
import { sendRefusal, weightOf } from './graphql.ts'
import { parametersOf } from './parameters-of.ts'
import { endAt, type StreamCallers } from './stream-callers.ts'
import { STREAM_RETRY_SECONDS, type StreamPlaces } from './stream-places.ts'
import { untilRead } from './unread.ts'

/** Writes and waits until the client has taken it: one answer is under way at a time. */
async function write(response: ServerResponse, text: string, patienceMs: number): Promise<void> {
  if (response.destroyed || response.write(text)) return
  await untilRead(response, patienceMs)
}

/** Writes them all; a client that is not told of the end asks again. */
async function writeAnswers(
  response: ServerResponse,
  answer: StreamAnswer,
  streams: Streams,
  patienceMs: number,
): Promise<void> {
  const send = (text: string) => write(response, text, patienceMs)
  await send(':\n\n')
  if (isStream(answer)) {
    for await (const result of answer) {
      if (response.destroyed) return
      await send(print({ event: 'next', data: result }))
    }
    if (streams.wasCut(answer)) return
  } else await send(print({ event: 'next', data: answer }))
  await send(print({ event: 'complete', data: null }))
}

/** Ends the stream with its client, who may have gone already, and with the caller's token. */
function endWith(streams: Streams, stream: ResultStream, gone: AbortSignal, expiresAt: Date | null): void {
  const forget = endAt(expiresAt, () => void streams.cut(stream))
  const end = () => {
    forget()
    void streams.cut(stream)
  }
  if (gone.aborted) end()
  else gone.addEventListener('abort', end)
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // A proxy such as nginx would keep it back.
  'x-accel-buffering': 'no',
}

export interface EventStreamOptions {
  places: StreamPlaces
  pulseMs: number
  unreadMs: number
  /** A stream does not end by itself: nobody who stops is to wait for it. */
  onBegun(response: ServerResponse): void
}

/** Answers a request with events. */
export type StreamEvents = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * Operations are authorised as elsewhere. Each `pulseMs` a line without meaning is sent, so that proxies keep the
 * connection and dead clients are noticed; one that takes nothing for `unreadMs` is cut.
 */
export function eventStream(
  streams: Streams,
  callers: StreamCallers,
  { places, pulseMs, unreadMs, onBegun }: EventStreamOptions,
): StreamEvents {
  /** Until the response is over. Throws RATE_LIMITED. */
  function takePlace(viewer: Viewer, response: ServerResponse): void {
    if (response.destroyed) return
    const release = places.takeFor(viewer)
    if (release !== null) {
      response.once('close', release)
      return
    }
    callers.metrics.heldBack({ by: 'streams', how: 'refused', caller: kindOfCaller(viewer.key) })
    const whose = viewer.anonymous ? 'this address' : 'you'
    const message = `Too many streams of ${whose} are open; close one, or try again in ${STREAM_RETRY_SECONDS} s.`
    throw rateLimited(message, STREAM_RETRY_SECONDS)
  }

  async function stream(httpRequest: FastifyRequest, reply: FastifyReply) {
    let answer: StreamAnswer
    let expiresAt: Date | null
    const response = reply.raw
    // A head has no events.
    if (httpRequest.method === 'HEAD') return reply.headers(streamHeaders).send()
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    try {
      const viewer = await callers.authenticate(httpRequest.headers.authorization, httpRequest)
      takePlace(viewer, response)
      expiresAt = callers.expiryOf(viewer)
      const parameters = parametersOf(httpRequest)
      if (parameters === null) throw badUserInput('Send one operation as a JSON object.')
      const transport = httpRequest.method === 'POST' ? 'postForEvents' : 'getForEvents'
      const weight = weightOf(httpRequest)
      const caller = { viewer, correlationId: httpRequest.id, transport, weight, gone: leaving.signal } as const
      answer = await streams.start(parameters, caller)
      const refusal = isStream(answer) ? null : refusalOf(answer)
      // Every other refusal is an event, for whoever listens reads nothing else.
      if (refusal?.code === ErrorCode.MethodNotAllowed) return sendRefusal(httpRequest, reply, refusal)
    } catch (error) {
      const refusal = publicError(error, httpRequest.id, callers.log)
      recordRefused(callers.log, callers.metrics, httpRequest.id, refusal.status, refusal.code)
      return sendRefusal(httpRequest, reply, refusal)
    }
    if (isStream(answer)) endWith(streams, answer, leaving.signal, expiresAt)
    reply.hijack()
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      ...streamHeaders,
    })
    onBegun(response)
    const pulse = setInterval(() => response.writableNeedDrain || response.write(':\n\n'), pulseMs)
    try {
      await writeAnswers(response, answer, streams, unreadMs)
    } catch (error) {
      callers.log.warn({ err: error, correlationId: httpRequest.id }, 'event stream broken off')
    } finally {
      clearInterval(pulse)
      response.end()
    }
  }

  return stream
}
