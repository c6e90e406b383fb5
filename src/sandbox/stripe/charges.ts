/** Creates the charge of a card attempt, paid or declined. */
import { z } from 'zod'
import { namesOf } from '../our-id.ts'
import { type Charge, type PaymentIntent, type StripeAccount, seconds } from './account.ts'
import { expanded } from './expand.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, paging, retrieval, timeRange } from './parameters.ts'
import { noSuch } from './refusal.ts'
import type { Route } from './route.ts'
import type { TestCard } from './test-cards.ts'

/** The card as the buyer typed it; the number is only in `card`. */
export interface GivenCard {
  card: TestCard
  name: string | null
  expiryMonth: number
  expiryYear: number
}

/** Makes the charge of one attempt: succeeded, or failed where the card declines. */
export function newCharge(account: StripeAccount, intent: PaymentIntent, given: GivenCard): Charge {
  const { decline } = given.card
  const id = newId('ch_3')
  const charge: Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: decline ? null : newId('txn_3'),
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: intent.receipt_email,
      name: given.name,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'MICROCREDENTIALS',
    captured: !decline,
    created: seconds(account.now()),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: decline ? 'declined_by_network' : 'approved_by_network',
      reason: decline?.declineCode ?? null,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: decline ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
      type: decline ? 'issuer_declined' : 'authorized',
    },
    paid: !decline,
    payment_intent: intent.id,
    payment_method: newId('pm_1'),
    payment_method_details: methodDetails(given, intent.amount),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  }
  account.state.charges[id] = charge
  account.state.cardNumbers[id] = given.card.number
  account.changed('charges', id)
  account.changed('cardNumbers', id)
  return charge
}

function methodDetails(given: GivenCard, amount: number): Charge['payment_method_details'] {
  if (given.card.brand === 'link') return { type: 'link', link: { country: 'GB' } }
  return { type: 'card', card: cardDetails(given, amount) }
}

type CardDetails = NonNullable<NonNullable<Charge['payment_method_details']>['card']>

function cardDetails({ card, expiryMonth, expiryYear }: GivenCard, amount: number): CardDetails {
  return {
    amount_authorized: card.decline ? null : amount,
    authorization_code: card.decline ? null : '123456',
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: card.authentication ? '05' : null,
    exp_month: expiryMonth,
    exp_year: expiryYear,
    extended_authorization: { status: 'disabled' },
    // The same card has the same fingerprint, and it does not tell the number.
    fingerprint: Buffer.from(`${card.brand}${card.number.slice(-4)}`)
      .toString('base64url')
      .padEnd(16, '0')
      .slice(0, 16),
    funding: card.funding ?? 'credit',
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.number.slice(-4),
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: card.decline ? null : newId('', 15).toUpperCase(),
    overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: card.authentication ? authenticated() : null,
    transaction_link_id: null,
    wallet: null,
  }
}

function authenticated(): CardDetails['three_d_secure'] {
  return {
    authentication_flow: 'challenge',
    electronic_commerce_indicator: '05',
    exemption_indicator: null,
    result: 'authenticated',
    result_reason: null,
    transaction_id: crypto.randomUUID(),
    version: '2.2.0',
  }
}

/** The charge with this id, or the one of this payment intent, session or payment of ours. Throws StripeRefusal (404). */
export function findCharge({ state }: StripeAccount, id: string): Charge {
  const intentId = state.sessions[id]?.payment_intent ?? id
  const ofIntent = state.charges[state.paymentIntents[intentId]?.latest_charge ?? '']
  const charge = state.charges[id] ?? ofIntent ?? chargeOfOurs(Object.values(state.charges), id)
  if (!charge) throw noSuch('charge', id)
  return charge
}

/** The latest, and rather a paid one. */
function chargeOfOurs(charges: readonly Charge[], id: string): Charge | undefined {
  const names = namesOf(id)
  const ours = charges.filter(({ metadata }) => names.includes(metadata.paymentId ?? ''))
  return ours.findLast(({ paid }) => paid) ?? ours.at(-1)
}

const chargeList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  payment_intent: z.string().optional(),
})

export function chargeRoutes({ state }: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/charges',
      operation: 'charges.list',
      handle({ params }) {
        const asked = checked(chargeList, params)
        const found = Object.values(state.charges).filter(
          (charge) =>
            madeWithin(charge, asked.created) &&
            (asked.payment_intent === undefined || charge.payment_intent === asked.payment_intent),
        )
        return expanded(state, listPage(found, asked, '/v1/charges'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/charges/:id',
      operation: 'charges.retrieve',
      handle({ id, params }) {
        const charge = state.charges[id]
        if (!charge) throw noSuch('charge', id)
        return expanded(state, charge, checked(retrieval, params).expand)
      },
    },
  ]
}
