/** Lets pages of allowed origins ask, with the headers that clients send. */
import type { FastifyCorsOptions } from '@fastify/cors'
import { originExpression } from '../values/origin.ts'

/** A preflight holds for as long as Chromium keeps any. */
const PREFLIGHT_KEPT_FOR_SECONDS = 7200

/** What clients add by themselves: who asks, which client, and as part of which trace. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'accept',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-client-name',
  'graphql-client-version',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
  'x-requested-with',
  'x-correlation-id',
  'x-request-id',
]

export function corsOptions(allowedOrigins: readonly string[]): FastifyCorsOptions {
  return {
    origin: allowedOrigins.map(originExpression),
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders,
    exposedHeaders: ['x-correlation-id', 'x-request-id', 'retry-after'],
    maxAge: PREFLIGHT_KEPT_FOR_SECONDS,
    // Who asks without an origin is told what there is, and no page.
    strictPreflight: false,
  }
}
