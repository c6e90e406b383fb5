/** Leads to where an operator sees a reference at its provider. */
import type { ProviderName } from '../payment-provider.ts'
import type { PaymentReferenceKind } from './payment-reference.ts'

/** Pages of the providers' own dashboards; kinds that have none are left out. */
const pages: Record<ProviderName, Partial<Record<PaymentReferenceKind, string>>> = {
  STRIPE: {
    INTENT: 'https://dashboard.stripe.com/payments/',
    CHARGE: 'https://dashboard.stripe.com/payments/',
    REFUND: 'https://dashboard.stripe.com/refunds/',
    DISPUTE: 'https://dashboard.stripe.com/disputes/',
    PAYOUT: 'https://dashboard.stripe.com/payouts/',
  },
  PAYPAL: {
    CAPTURE: 'https://www.paypal.com/activity/payment/',
    REFUND: 'https://www.paypal.com/activity/payment/',
    DISPUTE: 'https://www.paypal.com/resolutioncenter/view/',
  },
}

/** Null when there is no such page. */
export function dashboardUrl(provider: ProviderName, kind: PaymentReferenceKind, value: string): string | null {
  const page = pages[provider][kind]
  return page === undefined ? null : `${page}${encodeURIComponent(value)}`
}
