/** Creates, moves and looks up payment intents by id, list or search. */
import { z } from 'zod'
import { type PaymentIntent, type Session, type StripeAccount, seconds } from './account.ts'
import { expanded } from './expand.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, paging, retrieval, timeRange } from './parameters.ts'
import { noSuch } from './refusal.ts'
import type { Route } from './route.ts'
import { intentSearch, matchesSearch } from './search.ts'

/** The intent of the session: the one it has, or a new one that carries what `payment_intent_data` asked for. */
export function intentOf(account: StripeAccount, session: Session): PaymentIntent {
  const { state } = account
  const existing = session.payment_intent === null ? undefined : state.paymentIntents[session.payment_intent]
  if (existing) return existing
  const intent = newIntent(account, session)
  state.paymentIntents[intent.id] = intent
  session.payment_intent = intent.id
  account.changed('sessions', session.id)
  account.emit('payment_intent.created', intent)
  return intent
}

function newIntent(account: StripeAccount, session: Session): PaymentIntent {
  const request = account.state.intentWishes[session.id]
  const id = newId('pi_3')
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${newId('', 25)}`,
    confirmation_method: 'automatic',
    created: seconds(account.now()),
    currency: session.currency ?? '',
    customer: null,
    customer_account: null,
    description: request?.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: { ...request?.metadata },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: [...session.payment_method_types],
    payment_record: null,
    processing: null,
    receipt_email: request?.receiptEmail ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: request?.statementDescriptor ?? null,
    statement_descriptor_suffix: request?.statementDescriptorSuffix ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  }
}

/** Cancels the intent of a session that ended, unless it was paid. */
export function cancelIntent(account: StripeAccount, id: string): void {
  const intent = account.state.paymentIntents[id]
  if (!intent || intent.status === 'succeeded' || intent.status === 'canceled') return
  intent.status = 'canceled'
  intent.canceled_at = seconds(account.now())
  intent.cancellation_reason = 'expired'
  intent.next_action = null
  delete account.state.authenticating[id]
  account.changed('authenticating', id)
  account.emit('payment_intent.canceled', intent)
}

const intentList = z.strictObject({ ...paging, created: timeRange.optional() })

export function paymentIntentRoutes({ state }: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/payment_intents',
      operation: 'payment_intents.list',
      handle({ params }) {
        const asked = checked(intentList, params)
        const found = Object.values(state.paymentIntents).filter((intent) => madeWithin(intent, asked.created))
        return expanded(state, listPage(found, asked, '/v1/payment_intents'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/payment_intents/search',
      operation: 'payment_intents.search',
      handle({ params }) {
        const asked = checked(intentSearch, params)
        const found = Object.values(state.paymentIntents).filter((intent) => matchesSearch(intent, asked.query))
        const { data, has_more, url } = listPage(
          found,
          { limit: asked.limit, starting_after: asked.page },
          '/v1/payment_intents/search',
        )
        const next_page = has_more ? (data.at(-1)?.id ?? null) : null
        return expanded(state, { object: 'search_result', data, has_more, next_page, url }, asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/payment_intents/:id',
      operation: 'payment_intents.retrieve',
      handle({ id, params }) {
        const intent = state.paymentIntents[id]
        if (!intent) throw noSuch('payment_intent', id, 'intent')
        return expanded(state, intent, checked(retrieval, params).expand)
      },
    },
  ]
}
