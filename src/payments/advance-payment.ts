/** Advances a payment to where its provider has it, for every caller alike. */
import { capturePayment } from './capture-payment.ts'
import { type Change, noteChange } from './change.ts'
import { JoinedLooks } from './joined-looks.ts'
import { openPayment } from './open-payment.ts'
import { findPayment, type Paying } from './paying.ts'
import type { LookCause } from './payment.states.ts'
import type { Payment } from './payment.ts'
import { paymentJobs } from './payment-jobs.ts'
import type { ProviderPayment, UnreadPart } from './payment-provider.ts'
import { type Look, recordSeen } from './record-seen.ts'

export interface Advanced {
  changes: readonly Change[]
  unread: readonly UnreadPart[]
}

/**
 * Asks the provider how the payment stands, takes the money when the buyer has approved it, and records the answer.
 * Idempotent and safe in parallel: the buyer's return, webhooks, jobs and reconciliation all call it. `cause` says
 * which of them did, `actor` the viewer key behind it. Answers what changed.
 * Throws UpstreamFailure when the provider cannot be asked; what is known by then is stored, and jobs go on. What stands
 * beside the money and could not be read is in `unread`.
 */
export async function advancePayment(
  context: Paying,
  paymentId: string,
  cause: LookCause,
  actor: string | null = null,
): Promise<Advanced> {
  const lookedAt = context.now()
  const payment = await findPayment(context.em, paymentId)
  const seen = await lookAt(context, payment)
  if (seen === null && payment.reference === null) return { changes: await openAgain(context, payment), unread: [] }
  if (seen === null) {
    const changes = await forget(context, payment, payment.reference as string, { cause, actor, lookedAt })
    return { changes, unread: [] }
  }
  if (seen.state === 'APPROVED') {
    const captured = await capturePayment(context, payment, seen, { cause, actor })
    if (captured) return { changes: captured, unread: [] }
  }
  return { changes: await recordSeen(context, paymentId, seen, { cause, actor, lookedAt }), unread: seen.unread }
}

/** The payment as its provider has it, found by our own id when its reference never reached us; null when it has none. */
export function lookAt({ providers }: Pick<Paying, 'providers'>, payment: Payment): Promise<ProviderPayment | null> {
  const provider = providers[payment.provider]
  const { id, reference, createdAt } = payment
  return looks.join(provider, `${id} ${reference}`, () =>
    reference === null ? provider.findByPaymentId(id, createdAt) : provider.look(reference),
  )
}

const looks = new JoinedLooks<ProviderPayment | null>()

/** PayPal forgets orders that nobody paid: that is an end like any other. Money is never forgotten. */
async function forget(context: Paying, payment: Payment, reference: string, look: Look): Promise<readonly Change[]> {
  if (payment.capturedAt !== null) throw new Error(`${payment.provider} does not know ${reference} any more`)
  const gone = { reference, paymentId: payment.id, state: 'EXPIRED' as const, redirectUrl: null, expiresAt: null }
  const nothing = {
    buyerEmail: null,
    capture: null,
    pending: null,
    failure: null,
    refunds: [],
    disputes: [],
    fraudWarnedAt: null,
    unread: [],
  }
  return recordSeen(context, payment.id, { ...gone, ...nothing }, look)
}

/** Nothing of it exists at the provider: opened now when it still may be. */
async function openAgain(context: Paying, payment: Payment): Promise<readonly Change[]> {
  const { payment: after, failure } = await openPayment(context, payment.id)
  if (failure && failure.kind !== 'REFUSED') throw failure
  return noteChange('Payment', payment.id, after.reference, payment.status, after.status)
}

/** Looks again, after a capture whose outcome was not heard or was never recorded. */
export const advancePaymentJob = paymentJobs.advance.runs(async (context: Paying, { paymentId }) => {
  await advancePayment(context, paymentId, 'FOLLOWED_UP')
})
