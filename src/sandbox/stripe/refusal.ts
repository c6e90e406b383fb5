/** Builds Stripe's error answers and the refusals that several calls share. */
import { z } from 'zod'
import type { Answer } from '../faults.ts'

export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  message: string
  code?: string
  message_code?: string
  param?: string
  charge?: string
}

/**
 * Thrown by a handler: becomes `{error: {…}}` with `status`.
 * `kept` is false where Stripe keeps no reply for the idempotency key, because the call never began to run.
 */
export class StripeRefusal extends Error {
  readonly status: number
  readonly body: StripeErrorBody
  readonly kept: boolean

  constructor(status: number, body: StripeErrorBody, kept = true) {
    super(body.message)
    this.status = status
    this.body = body
    this.kept = kept
  }

  answer(): Answer {
    return { status: this.status, body: { error: this.body } }
  }
}

/** 400 about one parameter, found before the call began to run. */
export function badParameter(param: string, message: string, code?: string): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', message, param, ...(code && { code }) }, false)
}

/** 400 because of how things stand: the call ran, so its reply is kept. */
export function refused(message: string, more: { code?: string; param?: string; charge?: string } = {}): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', message, ...more })
}

/** 404 as Stripe says it: `No such charge: 'ch_1'`. */
export function noSuch(kind: string, id: string, param = 'id'): StripeRefusal {
  const message = `No such ${kind}: '${id}'`
  return new StripeRefusal(404, { type: 'invalid_request_error', code: 'resource_missing', message, param }, false)
}

/** What a 429, 500 or 503 of Stripe's says. */
export function outage(status: 429 | 500 | 503): Answer {
  const error: StripeErrorBody =
    status === 429
      ? { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests hit the API too quickly.' }
      : { type: 'api_error', message: 'Sorry, something went wrong. We have been notified of the problem.' }
  return { status, body: { error } }
}

/** What a refusal on request says, e.g. of a code that this sandbox never gives by itself. */
export const refusalOnRequest = {
  fields: {
    status: z.int().min(400).max(499).default(400),
    code: z.string().min(1).optional(),
    messageCode: z.string().min(1).optional(),
    message: z.string().default('Refused on request.'),
  },
  refusal({ status, code, messageCode, message }: RefusalFacts): StripeRefusal {
    const codes = { ...(code && { code }), ...(messageCode && { message_code: messageCode }) }
    return new StripeRefusal(status, { type: 'invalid_request_error', message, ...codes }, false)
  },
}

interface RefusalFacts {
  status: number
  code?: string | undefined
  messageCode?: string | undefined
  message: string
}
