/** Refunds Stripe charges by call or dashboard, never above the charged amount. */
import { z } from 'zod'
import { type Charge, type Refund, type StripeAccount, schedule, seconds } from './account.ts'
import { checkStep, shown } from './amounts.ts'
import { findCharge } from './charges.ts'
import { closeInquiry, disputeThatBlocksRefunds, takenFrom } from './disputes.ts'
import { expanded } from './expand.ts'
import type { Form } from './form.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, expandPaths, integer, metadata, paging, retrieval, timeRange } from './parameters.ts'
import { badParameter, noSuch, refused, StripeRefusal } from './refusal.ts'
import type { Route } from './route.ts'
import { findTestCard } from './test-cards.ts'

/** The refund succeeds at once; the bank sends it back this much later. */
const BOUNCES_AFTER_MS = 1_500

interface RefundRequest {
  /** In minor units; without it, all that is left. */
  amount?: number
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer'
  metadata?: Record<string, string>
}

/** Refunds a charge. Throws StripeRefusal where it was not paid, is disputed, or has less left than asked. */
export function refundCharge(account: StripeAccount, charge: Charge, request: RefundRequest): Refund {
  const left = Math.max(0, charge.amount_captured - charge.amount_refunded - takenFrom(account, charge))
  const amount = request.amount ?? left
  checkRefundable(account, charge, amount, left)
  const refund: Refund = {
    id: newId('re_3'),
    object: 'refund',
    amount,
    balance_transaction: newId('txn_3'),
    charge: charge.id,
    created: seconds(account.now()),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata: request.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: request.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    ...standingOf(account),
    transfer_reversal: null,
  }
  account.state.refunds[refund.id] = refund
  const before = charge.amount_refunded
  setRefunded(charge, before + amount)
  account.emit('refund.created', refund)
  account.emit('charge.refunded', charge, { amount_refunded: before })
  if (charge.refunded) closeInquiry(account, charge)
  if (findTestCard(account.state.cardNumbers[charge.id] ?? '')?.afterwards === 'refund_fails') {
    const atMs = account.now().getTime() + BOUNCES_AFTER_MS
    schedule(account, { atMs, kind: 'refund_fails', id: refund.id })
  }
  return refund
}

/** At once, or when there is money for it. */
function standingOf({ state }: StripeAccount): Pick<Refund, 'status' | 'pending_reason'> {
  return state.balance.refunds === 'pending'
    ? { status: 'pending', pending_reason: 'insufficient_funds' }
    : { status: 'succeeded' }
}

/** The bank sends the money back: the refund has failed after it had succeeded. */
export function bounceRefund(account: StripeAccount, id: string): void {
  const refund = account.state.refunds[id]
  if (refund?.status === 'succeeded') refundFailed(account, refund, 'lost_or_stolen_card')
}

/** The refund has failed, on its way or at the bank, and the money is here. */
export function refundFailed(account: StripeAccount, refund: Refund, reason: string): Refund {
  const previous = { status: refund.status }
  refund.status = 'failed'
  refund.failure_reason = reason
  delete refund.pending_reason
  refund.failure_balance_transaction = newId('txn_3')
  const charge = account.state.charges[String(refund.charge)]
  if (charge) {
    setRefunded(charge, charge.amount_refunded - refund.amount)
    account.changed('charges', charge.id)
  }
  account.emit('refund.failed', refund)
  account.emit('refund.updated', refund, previous)
  account.emit('charge.refund.updated', refund, previous)
  return refund
}

/** Notes how much of the charge has been refunded by now. */
export function setRefunded(charge: Charge, amount: number): void {
  charge.amount_refunded = amount
  charge.refunded = amount === charge.amount
}

function checkRefundable(account: StripeAccount, charge: Charge, amount: number, left: number): void {
  const about = { charge: charge.id }
  if (!charge.paid) {
    throw refused(`Charge ${charge.id} was not paid; there is nothing to refund.`, about)
  }
  if (disputeThatBlocksRefunds(account, charge) || (left === 0 && takenFrom(account, charge) > 0)) {
    const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`
    throw refused(message, { ...about, code: 'charge_disputed' })
  }
  if (left === 0) {
    throw refused(`Charge ${charge.id} has already been refunded.`, { ...about, code: 'charge_already_refunded' })
  }
  checkStep(amount, charge.currency, 'amount')
  if (amount > left) {
    const [asked, unrefunded] = [shown(amount, charge.currency), shown(left, charge.currency)]
    const message = `Refund amount (${asked}) is greater than unrefunded amount on charge (${unrefunded})`
    throw refused(message, { ...about, param: 'amount' })
  }
  checkBalance(account)
}

/** No code, as Stripe says it. */
function checkBalance({ state }: StripeAccount): void {
  if (state.balance.refunds !== 'refused') return
  const message = 'Insufficient funds in your Stripe balance to refund this amount.'
  const message_code = 'insufficient_balance_for_refund'
  throw new StripeRefusal(400, { type: 'invalid_request_error', message, message_code })
}

const refundRequest = z.strictObject({
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  amount: integer.pipe(z.int().min(1, 'must be at least 1')).optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
  expand: expandPaths,
})

function createRefund(account: StripeAccount, params: Form): object {
  const asked = checked(refundRequest, params)
  const id = asked.charge ?? asked.payment_intent
  if (id === undefined) {
    const message = 'One of the following params should be provided for this request: payment_intent or charge.'
    throw badParameter('payment_intent', message, 'parameter_missing')
  }
  if (asked.charge === undefined && !account.state.paymentIntents[id]) {
    throw noSuch('payment_intent', id, 'payment_intent')
  }
  if (asked.charge !== undefined && !account.state.charges[id]) throw noSuch('charge', id, 'charge')
  if (!account.state.charges[id] && account.state.paymentIntents[id]?.status !== 'succeeded') {
    const message = `This PaymentIntent (${id}) does not have a successful charge to refund.`
    throw refused(message, { param: 'payment_intent' })
  }
  return expanded(account.state, refundCharge(account, findCharge(account, id), asked), asked.expand)
}

const refundList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
})

export function refundRoutes(account: StripeAccount): Route[] {
  const { state } = account
  return [
    {
      method: 'POST',
      path: '/v1/refunds',
      operation: 'refunds.create',
      handle: ({ params }) => createRefund(account, params),
    },
    {
      method: 'GET',
      path: '/v1/refunds',
      operation: 'refunds.list',
      handle({ params }) {
        const asked = checked(refundList, params)
        const found = Object.values(state.refunds).filter(
          (refund) =>
            madeWithin(refund, asked.created) &&
            (asked.charge === undefined || refund.charge === asked.charge) &&
            (asked.payment_intent === undefined || refund.payment_intent === asked.payment_intent),
        )
        return expanded(state, listPage(found, asked, '/v1/refunds'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/refunds/:id',
      operation: 'refunds.retrieve',
      handle({ id, params }) {
        const refund = state.refunds[id]
        if (!refund) throw noSuch('refund', id)
        return expanded(state, refund, checked(retrieval, params).expand)
      },
    },
  ]
}
