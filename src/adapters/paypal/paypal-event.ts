/** Reads a PayPal event as the reference needed to fetch its object again. */
import type { ProviderEvent } from '../../payments/payment-provider.ts'
import type { PayPalDispute, PayPalEvent } from './paypal-objects.ts'

/** What a payment, its refunds or its disputes can turn on. */
const relevantTypes: ReadonlySet<string> = new Set([
  'CHECKOUT.ORDER.APPROVED',
  'CHECKOUT.ORDER.COMPLETED',
  'CHECKOUT.PAYMENT-APPROVAL.REVERSED',
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.PENDING',
  'PAYMENT.CAPTURE.DENIED',
  'PAYMENT.CAPTURE.DECLINED',
  'PAYMENT.CAPTURE.REFUNDED',
  'PAYMENT.CAPTURE.REVERSED',
  'PAYMENT.REFUND.PENDING',
  'PAYMENT.REFUND.FAILED',
  'CUSTOMER.DISPUTE.CREATED',
  'CUSTOMER.DISPUTE.UPDATED',
  'CUSTOMER.DISPUTE.RESOLVED',
])

export function eventOf(event: PayPalEvent): ProviderEvent {
  const { resource } = event
  const references = [
    resource.id,
    resource.order_id,
    resource.supplementary_data?.related_ids?.order_id,
    resource.supplementary_data?.related_ids?.capture_id,
    parentIn(event),
    resource.dispute_id,
    ...resource.disputed_transactions.map((transaction) => transaction.seller_transaction_id),
  ].filter((one) => one !== undefined)
  return {
    id: event.id,
    type: event.event_type,
    createdAt: event.create_time,
    relevant: relevantTypes.has(event.event_type) && resource.amount?.total === undefined,
    paymentId: paymentIdIn(event),
    references: [...new Set(references)],
    summary: {
      resourceType: event.resource_type,
      status: resource.status ?? null,
      amount: resource.amount?.value ?? null,
      currency: resource.amount?.currency_code ?? null,
    },
  }
}

/** A listed dispute as an event, the same one until it changes again; `otherwise` is its instant when it says none. */
export function disputeNews(dispute: PayPalDispute, otherwise: Date): ProviderEvent {
  const { dispute_id, status, create_time, disputed_transactions, dispute_amount } = dispute
  const changedAt = dispute.update_time ?? create_time ?? null
  const captures = disputed_transactions.flatMap(({ seller_transaction_id }) => seller_transaction_id ?? [])
  return {
    id: `${dispute_id}@${changedAt?.toISOString() ?? status}`,
    type: 'DISPUTE_LISTED',
    createdAt: changedAt ?? otherwise,
    relevant: true,
    paymentId: disputed_transactions.find(({ custom }) => custom !== undefined)?.custom ?? null,
    references: [...new Set([dispute_id, ...captures])],
    summary: {
      resourceType: 'dispute',
      status,
      amount: dispute_amount?.amountMinor ?? null,
      currency: dispute_amount?.currency ?? null,
    },
  }
}

/** Which order an event of this payment's is about; null when it does not say. */
export function orderIn(event: PayPalEvent): string | null {
  const { resource, resource_type } = event
  if (resource_type === 'checkout-order') return resource.id ?? null
  return resource.order_id ?? resource.supplementary_data?.related_ids?.order_id ?? null
}

/** A refund's custom id is our refund's or, from the dashboard, the payment's: it cannot be told apart here. */
function paymentIdIn({ resource, resource_type }: PayPalEvent): string | null {
  if (resource_type === 'refund') return null
  const fromDispute = resource.disputed_transactions.find(({ custom }) => custom !== undefined)?.custom
  const fromOrder = resource.purchase_units.find(({ custom_id }) => custom_id !== undefined)?.custom_id
  return resource.custom_id ?? fromOrder ?? fromDispute ?? null
}

/** What a refund (its capture) or a capture (its order) belongs to: the last part of its link upwards. */
function parentIn({ resource }: PayPalEvent): string | undefined {
  return resource.links.find(({ rel }) => rel === 'up')?.href.match(/\/([A-Z0-9]+)$/)?.[1]
}
