/** Builds a session's line items from its `price_data`. */
import { type LineItem, seconds } from './account.ts'
import { currencyOf } from './amounts.ts'
import { newId } from './new-id.ts'
import { badParameter } from './refusal.ts'
import type { SessionRequest } from './session-request.ts'

/** Makes the items. Throws StripeRefusal where they do not share one currency. */
export function newLineItems(asked: SessionRequest['line_items'], now: Date): LineItem[] {
  const items = asked.map((item, index) => newLineItem(item, index, now))
  const other = items.findIndex((item) => item.currency !== items[0]?.currency)
  if (other < 0) return items
  throw badParameter(
    `line_items[${other}][price_data][currency]`,
    'All line items must have the same currency in one Checkout Session.',
  )
}

function newLineItem(asked: SessionRequest['line_items'][number], index: number, now: Date): LineItem {
  const { price_data: price, quantity } = asked
  const currency = currencyOf(price.currency, `line_items[${index}][price_data][currency]`)
  const total = price.unit_amount * quantity
  return {
    id: newId('li_'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency,
    description: price.product_data.name,
    metadata: null,
    price: {
      id: newId('price_'),
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      created: seconds(now),
      currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: newId('prod_', 14),
      recurring: null,
      tax_behavior: price.tax_behavior ?? 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'one_time',
      unit_amount: price.unit_amount,
      unit_amount_decimal: String(price.unit_amount),
    },
    quantity,
  }
}
