/** Has the card's network warn of fraud on a Stripe charge, and lists warnings. */
import { z } from 'zod'
import { type Charge, type FraudWarning, type StripeAccount, seconds } from './account.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, paging, timeRange } from './parameters.ts'
import { refused } from './refusal.ts'
import type { Route } from './route.ts'

/** One for each charge; said again, it is changed. Throws StripeRefusal where the charge was not paid. */
export function warnOfFraud(account: StripeAccount, charge: Charge, actionable: boolean): FraudWarning {
  if (!charge.paid) throw refused(`Charge ${charge.id} was not paid; nobody warns of it.`)
  const { fraudWarnings } = account.state
  const before = Object.values(fraudWarnings).find((one) => one.charge === charge.id)
  const warning: FraudWarning = before ?? {
    id: newId('issfr_1'),
    object: 'radar.early_fraud_warning',
    actionable,
    charge: charge.id,
    created: seconds(account.now()),
    fraud_type: 'unauthorized_use_of_card',
    livemode: false,
    payment_intent: charge.payment_intent,
  }
  warning.actionable = actionable
  fraudWarnings[warning.id] = warning
  account.emit(before ? 'radar.early_fraud_warning.updated' : 'radar.early_fraud_warning.created', warning)
  return warning
}

const warningList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
})

export function fraudWarningRoutes({ state }: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/radar/early_fraud_warnings',
      operation: 'early_fraud_warnings.list',
      handle({ params }) {
        const asked = checked(warningList, params)
        const found = Object.values(state.fraudWarnings).filter(
          (one) =>
            madeWithin(one, asked.created) &&
            (asked.charge === undefined || one.charge === asked.charge) &&
            (asked.payment_intent === undefined || one.payment_intent === asked.payment_intent),
        )
        return listPage(found, asked, '/v1/radar/early_fraud_warnings')
      },
    },
  ]
}
