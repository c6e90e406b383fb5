/** Reads Stripe's fees and payouts from its balance transactions. */
import type { ProviderPayout, ProviderSettlement } from '../../payments/payment-provider.ts'
import { moneyFromStripe } from './stripe-amount.ts'
import type { StripeExchange } from './stripe-exchange.ts'
import type { StripeBalanceTransaction } from './stripe-objects.ts'

const LONGEST_RATE_DECIMALS = 10
/** Money of a card is a charge's, older accounts say payment. */
const tookMoney = new Set(['charge', 'payment'])

/** Null until the charge has a balance transaction. */
export async function settlementOf(stripe: StripeExchange, charge: string | null): Promise<ProviderSettlement | null> {
  if (charge === null) return null
  const { entries } = await stripe.balanceTransactionsOf(charge)
  const found = entries.find(({ type }) => tookMoney.has(type))
  return found === undefined ? null : settlementFrom(found)
}

function settlementFrom({ fee, net, currency, exchange_rate, available_on }: StripeBalanceTransaction) {
  return {
    fee: moneyFromStripe(fee, currency),
    net: moneyFromStripe(net, currency),
    exchangeRate: exchange_rate == null ? null : plainRate(exchange_rate),
    availableAt: available_on,
  }
}

/** A tiny number would be written with an exponent. */
function plainRate(rate: number): string {
  const written = String(rate)
  return written.includes('e') ? rate.toFixed(LONGEST_RATE_DECIMALS) : written
}

/** Each payout with the charges that it carried. */
export async function* paidPayouts(stripe: StripeExchange, since: Date): AsyncIterable<ProviderPayout> {
  for await (const { entries } of stripe.paidPayouts(since)) {
    for (const { id, arrival_date } of entries) {
      const carried = (await stripe.paidOutBy(id)).entries.filter(({ type }) => tookMoney.has(type))
      const chargeReferences = carried.flatMap(({ source }) => source ?? [])
      yield { reference: id, paidAt: arrival_date, chargeReferences }
    }
  }
}
