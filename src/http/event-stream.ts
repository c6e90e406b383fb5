/** POST and GET /graphql/stream: subscriptions as server-sent events, in graphql-sse's protocol of one connection each. */

import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { print } from 'graphql-sse'
import { badUserInput } from '../graph/errors.ts'
import { publicError } from '../graph/mask-errors.ts'
import { isStream, type ResultStream, type StreamAnswer, type StreamRequest, type Streams } from '../graph/streams.ts'
import { sendRefusal } from './graphql.ts'
import type { StreamCallers } from './stream-callers.ts'

/** A line without meaning, so that proxies keep the connection and dead clients are noticed, in ms. */
const pulseMs = 12_000
/** A client that takes nothing for this long is dropped, in ms. */
const patienceMs = 30_000

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
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => response.destroy(), patienceMs)
    const taken = () => {
      clearTimeout(late)
      response.off('drain', taken).off('close', taken)
      resolve()
    }
    response.on('drain', taken).on('close', taken)
  })
}

async function writeAnswers(response: ServerResponse, answer: StreamAnswer): Promise<void> {
  if (isStream(answer)) {
    for await (const result of answer) await write(response, print({ event: 'next', data: result }))
  } else await write(response, print({ event: 'next', data: answer }))
  await write(response, print({ event: 'complete', data: null }))
}

/** Ends the stream with its client, and with the caller's token. */
function endWith(stream: ResultStream, response: ServerResponse, expiresAt: Date | null): void {
  const end = () => void stream.return()
  const untilMs = expiresAt === null ? null : expiresAt.getTime() - Date.now()
  const expiry = untilMs === null ? undefined : setTimeout(end, Math.max(0, untilMs))
  response.once('close', () => {
    clearTimeout(expiry)
    end()
  })
}

/** Adds the routes; they are authorised as queries are. */
export function addEventStream(fastify: FastifyInstance, streams: Streams, callers: StreamCallers): void {
  async function stream(httpRequest: FastifyRequest, reply: FastifyReply) {
    let answer: StreamAnswer
    let expiresAt: Date | null
    try {
      const viewer = await callers.authenticate(httpRequest.headers.authorization, httpRequest.ip)
      expiresAt = callers.expiryOf(viewer)
      const caller = { viewer, correlationId: httpRequest.id, readOnly: httpRequest.method === 'GET' }
      answer = await streams.start(parametersOf(httpRequest), caller)
    } catch (error) {
      return sendRefusal(httpRequest, reply, publicError(error, httpRequest.id, callers.log))
    }
    const response = reply.raw
    if (isStream(answer)) endWith(answer, response, expiresAt)
    reply.hijack()
    response.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would keep it back
      'x-accel-buffering': 'no',
    })
    const pulse = setInterval(() => response.write(':\n\n'), pulseMs)
    try {
      await write(response, ':\n\n')
      await writeAnswers(response, answer)
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
