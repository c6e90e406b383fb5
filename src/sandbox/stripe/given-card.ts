/** Reads the card form's fields or words what is wrong with them. */
import type { GivenCard } from './charges.ts'
import type { Form } from './form.ts'
import { findTestCard, passesLuhn } from './test-cards.ts'

/** The card of the form, or the problem that the page tells the buyer. `now` decides what has expired. */
export function readCard(form: Form, now: Date): GivenCard | { problem: string } {
  const number = textOf(form.number).replace(/[\s-]/g, '')
  if (!passesLuhn(number)) return { problem: 'Your card number is invalid.' }
  const card = findTestCard(number)
  if (!card) return { problem: 'Your card was declined: this page knows test cards only, e.g. 4242 4242 4242 4242.' }
  const expiry = /^(\d{1,2})\s*\/?\s*(?:20)?(\d{2})$/.exec(textOf(form.expiry).trim())
  const [month, year] = [Number(expiry?.[1]), 2000 + Number(expiry?.[2])]
  if (!expiry || month < 1 || month > 12) return { problem: "Your card's expiry is incomplete: write it as MM / YY." }
  // A card is good until the last day of its month.
  if (Date.UTC(year, month) <= now.getTime()) return { problem: "Your card's expiry is in the past." }
  const cvcDigits = card.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/
  if (!cvcDigits.test(textOf(form.cvc))) return { problem: "Your card's security code is incomplete." }
  const name = textOf(form.name).trim()
  if (name === '') return { problem: 'The name on the card is missing.' }
  return { card, name, expiryMonth: month, expiryYear: year }
}

const textOf = (value: Form[string] | undefined): string => (typeof value === 'string' ? value : '')
