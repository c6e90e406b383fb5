/** Serves subscriptions at /graphql/stream as server-sent events. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { print } from 'graphql-sse'
import type { Viewer } from '../auth/viewer.ts'
import { badUserInput, rateLimited } from '../graph/contract/errors.ts'
import { publicError } from '../graph/execution/mask-errors.ts'
import { kindOfCaller } from '../graph/limits/admission.ts'
import {
  isStream,
  type ResultStream,
  type StreamAnswer,
  type StreamRequest,
  type Streams,
} from '../graph/streaming/streams.ts'
import { recordRefused } from './answered.ts'
import { sendRefusal, weightOf } from './graphql.ts'
import { endAt, type StreamCallers } from './stream-callers.ts'
import { STREAM_RETRY_SECONDS, type StreamPlaces } from './stream-places.ts'
import { untilRead } from './unread.ts'

function parametersOf({ method, body, query }: FastifyRequest): StreamRequest {
  if (method === 'POST') {
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
    throw badUserInput('Send one operation as a JSON object.')
  }
  const { variables, extensions, ...rest } = query as Record<string, string | undefined>
  try {
    return {
      ...rest,
      variables: variables ? JSON.parse(variables) : undefined,
      extensions: extensions ? JSON.parse(extensions) : undefined,
    }
  } catch {
    throw badUserInput('"variables" and "extensions" must be JSON objects.')
  }
}

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

/**
 * Adds the routes; they are authorised as queries are. Each `pulseMs` a line without meaning is sent, so that proxies keep
 * the connection and dead clients are noticed; one that takes nothing for `unreadMs` is cut.
 */
export function addEventStream(
  fastify: FastifyInstance,
  streams: Streams,
  callers: StreamCallers,
  { places, pulseMs, unreadMs }: { places: StreamPlaces; pulseMs: number; unreadMs: number },
): void {
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
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    try {
      const viewer = await callers.authenticate(httpRequest.headers.authorization, httpRequest)
      takePlace(viewer, response)
      expiresAt = callers.expiryOf(viewer)
      const readOnly = httpRequest.method === 'GET'
      const weight = weightOf(httpRequest)
      const caller = { viewer, correlationId: httpRequest.id, readOnly, weight, gone: leaving.signal }
      answer = await streams.start(parametersOf(httpRequest), caller)
    } catch (error) {
      const refusal = publicError(error, httpRequest.id, callers.log)
      recordRefused(callers.log, callers.metrics, httpRequest.id, refusal.status, refusal.code)
      return sendRefusal(httpRequest, reply, refusal)
    }
    if (isStream(answer)) endWith(streams, answer, leaving.signal, expiresAt)
    reply.hijack()
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // A proxy such as nginx would keep it back.
      'x-accel-buffering': 'no',
    })
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

  fastify.post('/graphql/stream', stream)
  fastify.get('/graphql/stream', stream)
}
