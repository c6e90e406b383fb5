/** Shows PayPal disputes as its API does, in lists and whole. */
import type { Dispute, PaypalMerchant } from './merchant.ts'

/** A dispute in a list. */
export function disputeSummary(merchant: PaypalMerchant, dispute: Dispute): object {
  return {
    dispute_id: dispute.id,
    create_time: dispute.createdAt,
    update_time: dispute.updatedAt,
    reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
    status: dispute.status,
    dispute_state: { OPEN: 'REQUIRED_ACTION', UNDER_REVIEW: 'UNDER_PAYPAL_REVIEW', RESOLVED: 'RESOLVED' }[
      dispute.status
    ],
    ...(!dispute.withoutAmount && { dispute_amount: dispute.amount }),
    dispute_life_cycle_stage: 'INQUIRY',
    dispute_channel: 'INTERNAL',
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
        ...(dispute.outcome === 'RESOLVED_BUYER_FAVOUR' && { amount_refunded: dispute.amount }),
      },
    }),
  }
}
