/** Admits large bodies before they are read, and has them parsed in turn. */
import { setImmediate } from 'node:timers/promises'
import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify'
import type { Sender } from '../auth/authenticator.ts'
import type { Viewer } from '../auth/viewer.ts'
import { ErrorCode, GraphError } from '../graph/contract/errors.ts'
import type { Executor } from '../graph/execution/executor.ts'

/** What a screen asks has a few kilobytes at most: up to here a body is part of the request's own price. */
const LARGE_BODY_BYTES = 16 * 1024

export interface LargeBodyOptions {
  executor: Executor
  authenticate(authorization: string | undefined, sender: Sender): Viewer | Promise<Viewer>
  /** The most that a body may have of whoever is signed in, and of nobody known, in bytes. */
  bodyBytes: number
  anonymousBodyBytes: number
}

/** The length that a body says it has; null for one that comes in chunks or encoded. */
export function lengthOf({ headers }: FastifyRequest): number | null {
  const isUnknown = headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined
  return isUnknown ? null : Number(headers['content-length'] ?? 0)
}

export function bodyTooLarge(allowed: number): GraphError {
  return new GraphError(ErrorCode.TooComplex, `The body is larger than ${allowed} bytes.`, { limit: 'bytes', allowed })
}

/**
 * A body is parsed in one piece, 2 MB in 10 to 20 ms: who sends one pays for it before a byte of it is read, whatever becomes
 * of it, and between two of them everybody else has a turn.
 */
export function admitLargeBodies(fastify: FastifyInstance, options: LargeBodyOptions): void {
  const { executor, authenticate, bodyBytes, anonymousBodyBytes } = options

  /** Throws TOO_COMPLEX or RATE_LIMITED. */
  async function admit(request: FastifyRequest, bytes: number): Promise<void> {
    const viewer = await authenticate(request.headers.authorization, request)
    const allowed = viewer.anonymous ? anonymousBodyBytes : bodyBytes
    if (bytes > allowed) throw bodyTooLarge(allowed)
    const refusal = await executor.admitBody(bytes, viewer)
    if (refusal) throw refusal
  }

  // No promise for the many that are small.
  fastify.addHook('onRequest', (request, reply, done) => {
    const bytes = lengthOf(request)
    if (bytes === null || bytes <= LARGE_BODY_BYTES) return done()
    admit(request, bytes).then(
      () => done(),
      (error) => {
        // Whoever is told so early is still sending.
        reply.header('connection', 'close')
        done(error)
      },
    )
  })

  const parse = fastify.getDefaultJsonParser('error', 'error') as FastifyBodyParser<string>
  let turn: Promise<unknown> = Promise.resolve()
  fastify.removeContentTypeParser('application/json')
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.length <= LARGE_BODY_BYTES) return parse(request, text, done)
    const admitted = lengthOf(request) === null ? admit(request, Buffer.byteLength(text)) : Promise.resolve()
    admitted.then(() => {
      turn = turn.then(() => setImmediate())
      turn.then(() => parse(request, text, done))
    }, done)
  })
}
