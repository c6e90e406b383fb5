/** PayPal's events, as far as they say which payment to look at. */
import type { z } from 'zod'
import type { ProviderEvent } from '../../payments/payment-provider.ts'
import type { event } from './paypal-replies.ts'

const relevant =
  /^(CHECKOUT\.ORDER\.(APPROVED|COMPLETED)|CHECKOUT\.PAYMENT-APPROVAL\.REVERSED|PAYMENT\.CAPTURE\.\w+|PAYMENT\.REFUND\.\w+|CUSTOMER\.DISPUTE\.\w+)$/

const texts = (value: unknown): string[] => (typeof value === 'string' ? [value] : [])

interface Resource {
  id?: string
  custom_id?: string
  purchase_units?: { custom_id?: string }[]
  supplementary_data?: { related_ids?: { order_id?: string; capture_id?: string } }
  links?: { href: string; rel: string }[]
  disputed_transactions?: { seller_transaction_id?: string }[]
}

/** Ids of captures in the links: a refund's resource points up to what it refunds. */
function upLinks({ links }: Resource): string[] {
  return (links ?? []).flatMap(({ href }) => /\/(?:captures|orders)\/([\w-]+)/.exec(href)?.[1] ?? [])
}

/** Only what is needed to find the payment again. */
export function eventOf(reply: z.output<typeof event>): ProviderEvent {
  const resource = reply.resource as Resource
  const related = resource.supplementary_data?.related_ids
  const disputed = resource.disputed_transactions ?? []
  const references = [
    ...[...texts(resource.id), ...texts(related?.order_id), ...texts(related?.capture_id), ...upLinks(resource)],
    ...disputed.flatMap(({ seller_transaction_id }) => texts(seller_transaction_id)),
  ]
  return {
    id: reply.id,
    type: reply.event_type,
    createdAt: reply.create_time,
    relevant: relevant.test(reply.event_type),
    paymentId: resource.custom_id ?? resource.purchase_units?.[0]?.custom_id ?? null,
    references: [...new Set(references)],
    summary: { type: reply.event_type, resource: resource.id ?? null },
  }
}
