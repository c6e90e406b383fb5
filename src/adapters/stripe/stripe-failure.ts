/** Classifies the Stripe SDK's errors as upstream failures. */
import Stripe from 'stripe'
import { FailureKind, Upstream, UpstreamFailure } from '../../values/upstream-failure.ts'
import { FailureCode, failureOfStatus, malformed } from '../upstream-reply.ts'

/** The failure that an error of the SDK's stands for; connection errors are handed on as they are. */
export function stripeFailure(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  if (error instanceof Stripe.errors.StripeConnectionError) return connectionFailure(error)
  // The SDK keeps no status of an answer that it could not parse.
  if (error.statusCode === undefined) return malformed(Upstream.Stripe, error.message, error)
  const code = lacksBalance(error) ? LACKS_BALANCE : (error.code ?? error.rawType ?? null)
  // 409: another call with the same key is on its way, and nobody knows yet how it ends.
  if (error.statusCode === 409) {
    return new UpstreamFailure(FailureKind.Unknown, Upstream.Stripe, code ?? 'http_409', error.message, {
      cause: error,
    })
  }
  return failureOfStatus(Upstream.Stripe, {
    status: error.statusCode,
    code,
    message: error.message,
    retryAfter: error.headers?.['retry-after'] ?? null,
  })
}

const LACKS_BALANCE = 'insufficient_balance_for_refund'

/** Said beside whatever code, often without any: the seller's balance cannot pay the refund. */
function lacksBalance({ raw }: Stripe.errors.StripeError): boolean {
  return (raw as { message_code?: unknown } | undefined)?.message_code === LACKS_BALANCE
}

function connectionFailure(error: Stripe.errors.StripeConnectionError): unknown {
  const { detail } = error as { detail?: { code?: string } }
  if (detail instanceof UpstreamFailure) return detail
  if (detail?.code !== 'ETIMEDOUT') return error
  return new UpstreamFailure(FailureKind.Unknown, Upstream.Stripe, FailureCode.Timeout, error.message, { cause: error })
}
