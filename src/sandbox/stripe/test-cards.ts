/** Lists the test cards with their brand and outcome. */

export type CardBrand =
  | 'visa'
  | 'mastercard'
  | 'amex'
  | 'discover'
  | 'diners'
  | 'jcb'
  | 'unionpay'
  | 'cartes_bancaires'
  | 'eftpos_au'
  /** No card: a wallet that says nothing of the one in it. */
  | 'link'
/** The names by which a session blocks brands: Discover's network carries Diners, JCB and UnionPay too. */
export type BlockableBrand = 'american_express' | 'discover_global_network' | 'mastercard' | 'visa'

export interface Decline {
  code: 'card_declined' | 'expired_card' | 'incorrect_cvc' | 'processing_error'
  declineCode: string
  message: string
}

export interface TestCard {
  number: string
  brand: CardBrand
  /** Short names that the control call takes instead of the number. */
  names: readonly string[]
  funding?: 'debit'
  authentication?: true
  decline?: Decline
  afterwards?: 'refund_fails' | 'charge_disputed'
}

const declined = (declineCode: string, message: string): Decline => ({ code: 'card_declined', declineCode, message })

/** docs.stripe.com/testing: the numbers of Stripe's own test mode. */
export const testCards: readonly TestCard[] = [
  { number: '4242424242424242', brand: 'visa', names: ['visa'] },
  { number: '4000056655665556', brand: 'visa', names: ['visa_debit'], funding: 'debit' },
  { number: '5555555555554444', brand: 'mastercard', names: ['mastercard'] },
  { number: '2223003122003222', brand: 'mastercard', names: [] },
  { number: '5200828282828210', brand: 'mastercard', names: ['mastercard_debit'], funding: 'debit' },
  { number: '378282246310005', brand: 'amex', names: ['amex', 'american_express'] },
  { number: '371449635398431', brand: 'amex', names: [] },
  { number: '6011111111111117', brand: 'discover', names: ['discover'] },
  { number: '6011000990139424', brand: 'discover', names: [] },
  { number: '3056930009020004', brand: 'diners', names: ['diners'] },
  { number: '3566002020360505', brand: 'jcb', names: ['jcb'] },
  { number: '6200000000000005', brand: 'unionpay', names: ['unionpay'] },
  { number: '4000002500001001', brand: 'cartes_bancaires', names: ['cartes_bancaires'] },
  { number: '4000050360000001', brand: 'eftpos_au', names: ['eftpos_au'], funding: 'debit' },
  { number: '4000056655665564', brand: 'link', names: ['link'] },
  { number: '4000002760003184', brand: 'visa', names: ['three_d_secure', '3ds'], authentication: true },
  { number: '4000002500003155', brand: 'visa', names: [], authentication: true },
  {
    number: '4000000000000002',
    brand: 'visa',
    names: ['declined'],
    decline: declined('generic_decline', 'Your card was declined.'),
  },
  {
    number: '4000000000009995',
    brand: 'visa',
    names: ['insufficient_funds'],
    decline: declined('insufficient_funds', 'Your card has insufficient funds.'),
  },
  {
    number: '4000000000000069',
    brand: 'visa',
    names: ['expired'],
    decline: { code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.' },
  },
  {
    number: '4000000000000127',
    brand: 'visa',
    names: ['incorrect_cvc'],
    decline: {
      code: 'incorrect_cvc',
      declineCode: 'incorrect_cvc',
      message: "Your card's security code is incorrect.",
    },
  },
  {
    number: '4000000000000119',
    brand: 'visa',
    names: ['processing_error'],
    decline: {
      code: 'processing_error',
      declineCode: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  { number: '4000000000005126', brand: 'visa', names: ['refund_fails'], afterwards: 'refund_fails' },
  { number: '4000000000000259', brand: 'visa', names: ['disputed'], afterwards: 'charge_disputed' },
]

/** The card with this number or short name; spaces and dashes do not matter. */
export function findTestCard(text: string): TestCard | undefined {
  const number = text.replace(/[\s-]/g, '')
  return testCards.find((card) => card.number === number || card.names.includes(text.toLowerCase()))
}

/** Whether the last digit checks the others (ISO/IEC 7812-1, Annex B). */
export function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return /^\d{12,19}$/.test(number) && sum % 10 === 0
}

/** The name by which a session would block this brand; null for one that none can block. */
export function blockableBrand(brand: CardBrand): BlockableBrand | null {
  if (brand === 'cartes_bancaires' || brand === 'eftpos_au' || brand === 'link') return null
  if (brand === 'visa' || brand === 'mastercard') return brand
  return brand === 'amex' ? 'american_express' : 'discover_global_network'
}
