/** Performs what a buyer does on the hosted page: pay, authenticate or fail. */
import { type Charge, type PaymentIntent, type Session, type StripeAccount, schedule } from './account.ts'
import { type GivenCard, newCharge } from './charges.ts'
import { customerDetails } from './new-session.ts'
import { intentOf } from './payment-intents.ts'
import { blockableBrand, findTestCard } from './test-cards.ts'

/** Time between the payment and what a card with a future does then: enough for the payment to be told first. */
const AFTERWARDS_MS = 1_500

/** What the attempt came to: where the buyer goes now, or why the card was refused (and the session stays open). */
export type Attempt =
  | { outcome: 'paid'; url: string }
  | { outcome: 'authenticate'; url: string }
  | { outcome: 'refused'; code: string; message: string }

/** Tries to pay an open session with this card. */
export function payWithCard(account: StripeAccount, session: Session, given: GivenCard): Attempt {
  const blocked = session.payment_method_options?.card?.restrictions?.brands_blocked ?? []
  const brand = blockableBrand(given.card.brand)
  if (brand !== null && blocked.includes(brand)) {
    const message = `${brandNames[brand]} cards are not accepted here. Please use another card.`
    return { outcome: 'refused', code: 'card_brand_not_accepted', message }
  }
  const intent = intentOf(account, session)
  if (given.card.authentication) return askForAuthentication(account, session, intent, given)
  return charge(account, session, intent, given)
}

const brandNames = {
  american_express: 'American Express',
  discover_global_network: 'Discover, Diners Club, JCB and UnionPay',
  mastercard: 'Mastercard',
  visa: 'Visa',
}

/** Ends 3-D Secure: `passed` charges the card, otherwise the intent asks for another one. */
export function finishAuthentication(account: StripeAccount, session: Session, passed: boolean): Attempt {
  const intent = intentOf(account, session)
  const card = findTestCard(account.state.authenticating[intent.id] ?? '')
  if (!card) return { outcome: 'refused', code: 'not_authenticating', message: 'There is nothing to confirm.' }
  delete account.state.authenticating[intent.id]
  account.changed('authenticating', intent.id)
  intent.next_action = null
  if (passed) return charge(account, session, intent, { card, ...untoldCard })
  const code = 'payment_intent_authentication_failure'
  const message = 'We are unable to authenticate your payment method. Please choose a different one and try again.'
  fail(account, intent, { type: 'invalid_request_error', code, message })
  return { outcome: 'refused', code, message }
}

/** Name and expiry of a card that was told once and not kept. */
const untoldCard = { name: null, expiryMonth: 12, expiryYear: 2040 }

/** Where the buyer goes once the session is paid. */
export function successUrlOf(session: Session): string {
  return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}

function askForAuthentication(
  account: StripeAccount,
  session: Session,
  intent: PaymentIntent,
  given: GivenCard,
): Attempt {
  const url = `${account.url}/3d-secure/${session.id}`
  intent.status = 'requires_action'
  intent.next_action = { type: 'redirect_to_url', redirect_to_url: { return_url: session.url, url } }
  account.state.authenticating[intent.id] = given.card.number
  account.changed('authenticating', intent.id)
  account.emit('payment_intent.requires_action', intent)
  return { outcome: 'authenticate', url }
}

function charge(account: StripeAccount, session: Session, intent: PaymentIntent, given: GivenCard): Attempt {
  const made = newCharge(account, intent, given)
  intent.latest_charge = made.id
  const { decline } = given.card
  if (decline) {
    account.emit('charge.failed', made)
    const { code, declineCode, message } = decline
    fail(account, intent, { type: 'card_error', charge: made.id, code, decline_code: declineCode, message })
    return { outcome: 'refused', code, message }
  }
  complete(account, session, intent, made)
  if (given.card.afterwards === 'charge_disputed') {
    const atMs = account.now().getTime() + AFTERWARDS_MS
    schedule(account, { atMs, kind: 'charge_disputed', id: made.id })
  }
  return { outcome: 'paid', url: successUrlOf(session) }
}

function complete(account: StripeAccount, session: Session, intent: PaymentIntent, made: Charge): void {
  intent.status = 'succeeded'
  intent.amount_received = intent.amount
  intent.last_payment_error = null
  intent.payment_method = made.payment_method
  session.status = 'complete'
  session.payment_status = 'paid'
  session.url = null
  session.customer_details = customerDetails(session.customer_email, made.billing_details.name)
  account.emit('charge.succeeded', made)
  account.emit('payment_intent.succeeded', intent)
  account.emit('checkout.session.completed', session)
}

function fail(account: StripeAccount, intent: PaymentIntent, error: PaymentIntent['last_payment_error']): void {
  intent.status = 'requires_payment_method'
  intent.last_payment_error = error
  account.emit('payment_intent.payment_failed', intent)
}
