/** Shows PayPal disputes as its API does, in lists and whole. */
import type { Dispute, PaypalMerchant } from './merchant.ts'

const states = {
  OPEN: 'REQUIRED_ACTION',
  WAITING_FOR_SELLER_RESPONSE: 'REQUIRED_ACTION',
  WAITING_FOR_BUYER_RESPONSE: 'REQUIRED_OTHER_PARTY_ACTION',
  UNDER_REVIEW: 'UNDER_PAYPAL_REVIEW',
  RESOLVED: 'RESOLVED',
} as const satisfies Record<Dispute['status'], string>

/** A dispute in a list. */
export function disputeSummary(merchant: PaypalMerchant, dispute: Dispute): object {
  return {
    dispute_id: dispute.id,
    create_time: dispute.createdAt,
    update_time: dispute.updatedAt,
    reason: dispute.reason,
    status: dispute.status,
    dispute_state: states[dispute.status],
    ...(!dispute.withoutAmount && { dispute_amount: dispute.amount }),
    dispute_life_cycle_stage: dispute.stage,
    dispute_channel: 'INTERNAL',
    ...(dispute.dueAt !== undefined && { seller_response_due_date: dispute.dueAt }),
    links: [{ href: `${merchant.url}/v1/customer/disputes/${dispute.id}`, rel: 'self', method: 'GET' }],
  }
}

/** The whole dispute, with the payment it is about. */
export function disputeView(merchant: PaypalMerchant, dispute: Dispute): object {
  const { dispute_state: _, ...summary } = disputeSummary(merchant, dispute) as Record<string, unknown>
  const capture = merchant.state.captures[dispute.captureId]
  return {
    ...summary,
    disputed_transactions: [
      {
        seller_transaction_id: dispute.captureId,
        create_time: capture?.createdAt,
        transaction_status: capture?.status === 'DECLINED' ? 'DENIED' : capture?.status,
        gross_amount: capture?.amount,
        ...(capture?.customId && { custom: capture.customId }),
        ...(capture?.invoiceId && { invoice_number: capture.invoiceId }),
        buyer: { name: 'Test Buyer' },
        seller: { email: 'microcredentials@example.com', merchant_id: 'MCRED2GATEWAY', name: 'Microcredentials' },
      },
    ],
    ...(dispute.outcome && {
      dispute_outcome: {
        outcome_code: dispute.outcome,
        ...(dispute.outcome === 'RESOLVED_BUYER_FAVOUR' && { amount_refunded: dispute.refunded ?? dispute.amount }),
      },
    }),
    ...(dispute.fee && { money_movements: [feeMovement(dispute.fee, dispute.createdAt)] }),
    ...(dispute.allowedRefund && { refund_details: { allowed_refund_amount: dispute.allowedRefund } }),
  }
}

const feeMovement = (amount: Dispute['amount'], initiated_time: string) => ({
  affected_party: 'SELLER',
  amount,
  initiated_time,
  type: 'DEBIT',
  reason: 'DISPUTE_FEE',
})
