/** Checks amounts by PayPal's rules for currencies, decimals and sums. */
import { hasDecimals, isCurrency, type Money, minorOf, moneyOf } from './decimal-money.ts'
import { refused } from './refusal.ts'
import type { OrderRequest } from './request-shapes.ts'

/** The amount in its ordinary form. Throws PaypalRefusal (422) for a currency, decimals or a sign that PayPal refuses. */
export function payableAmount(amount: Money, field: string): Money {
  const { currency_code, value } = amount
  if (!isCurrency(currency_code)) {
    throw refused('INVALID_CURRENCY_CODE', { field: `${field}/currency_code`, value: currency_code })
  }
  const decimals = value.split('.')[1]?.length ?? 0
  const where = { field: `${field}/value`, value }
  if (decimals > (hasDecimals(currency_code) ? 2 : 0)) throw refused('DECIMAL_PRECISION', where)
  const minor = minorOf(amount)
  if (minor <= 0) throw refused('CANNOT_BE_ZERO_OR_NEGATIVE', where)
  return moneyOf(minor, currency_code)
}

/** Checks that a breakdown adds up to its amount and items to their total. Throws PaypalRefusal (422). */
export function checkSums(unit: OrderRequest['purchase_units'][number], field: string): void {
  const { amount, items } = unit
  const { breakdown } = amount
  if (items && !breakdown?.item_total) {
    throw refused('ITEM_TOTAL_REQUIRED', { field: `${field}/amount/breakdown/item_total` })
  }
  if (!breakdown) return
  const part = (name: keyof typeof breakdown) => (breakdown[name] ? minorOf(breakdown[name]) : 0)
  const added = part('item_total') + part('shipping') + part('handling') + part('tax_total') + part('insurance')
  if (added - part('shipping_discount') - part('discount') !== minorOf(amount)) {
    throw refused('AMOUNT_MISMATCH', { field: `${field}/amount/value`, value: amount.value })
  }
  const total = (items ?? []).reduce((sum, item) => sum + minorOf(item.unit_amount) * Number(item.quantity), 0)
  if (items && total !== part('item_total')) {
    throw refused('ITEM_TOTAL_MISMATCH', { field: `${field}/amount/breakdown/item_total/value` })
  }
}
