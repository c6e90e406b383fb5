/** Words what Fastify refuses before a route runs. */
import type { FastifyError, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { ErrorCode, GraphError } from '../graph/contract/errors.ts'
import { publicError } from '../graph/execution/mask-errors.ts'
import { BODY_ENCODINGS } from './decode-bodies.ts'
import { bodyTooLarge } from './large-bodies.ts'

/** The refusal, and its status. */
export function protocolRefusal(
  error: FastifyError,
  request: FastifyRequest,
  bodyBytes: number,
  log: Logger,
): [GraphError, number] {
  const refuse = (message: string, status: number): [GraphError, number] => [
    new GraphError(ErrorCode.BadUserInput, message, { field: [] }),
    status,
  ]
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return [bodyTooLarge(bodyBytes), 413]
  }
  if (error instanceof GraphError) return [error, error.extensions.limit === 'bytes' ? 413 : error.status]
  if (error.code === 'UNKNOWN_ENCODING') {
    const message = `Send the body as it is, or encoded by one of ${BODY_ENCODINGS}.`
    return [new GraphError(ErrorCode.BadUserInput, message, { field: [], acceptEncoding: BODY_ENCODINGS }), 415]
  }
  if (error.code === 'BROKEN_ENCODING') return refuse('The body is not encoded as its Content-Encoding says.', 400)
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refuse('Send the request as application/json.', 415)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return refuse('The body is not JSON that can be read.', error.statusCode)
  }
  const shown = publicError(error, request.id, log)
  return [shown, shown.status]
}
