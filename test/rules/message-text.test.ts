/** Tests that messages are whole in each language, and which language is chosen. */
import { describe, expect, it } from '@jest/globals'
import { Language, languageOf } from '../../src/messages/language.ts'
import { MessageKind } from '../../src/messages/message-kind.ts'
import { messageText } from '../../src/messages/message-text.rules.ts'

const params = { name: 'Zoë', course: 'Evidence', run: 'autumn', amount: 'GBP 495.00', reference: 'payment-1' }
const { reference: _reference, ...shared } = params
const declared = { ...shared, contract: 'R-2026-000001', received: '1 December 2026 at 10:00:00' }
const { amount: _amount, ...ofRun } = params
/** What each kind is given; of money, unless it is here. */
const given: Partial<Record<MessageKind, object>> = {
  WITHDRAWAL_WITH_REFUND: { ...declared, back: 'GBP 400.00' },
  WITHDRAWAL_WITHOUT_REFUND: declared,
  RUN_CANCELLED: ofRun,
  RUN_MOVED: { ...ofRun, from: '4 January 2027', to: '1 March 2027' },
}

describe.each(Object.values(Language))('a text in %s', (language) => {
  it.each(Object.values(MessageKind))('of %s says everything that it is given', (kind) => {
    const facts = given[kind] ?? params
    const { subject, text } = messageText(kind, language, facts as never)
    expect(subject).toContain('Evidence')
    for (const value of Object.values(facts)) expect(text).toContain(value)
    expect(subject + text).not.toMatch(/[{}]/)
  })
})

it('has other words in each language', () => {
  const [english, welsh] = Object.values(Language).map((one) => messageText('REFUND_FAILED', one, params))
  expect(english?.text).toMatch(/^Hello Zoë/)
  expect(welsh?.text).toMatch(/^Helo Zoë/)
})

it('keeps the subject to one line', () => {
  const { subject } = messageText('REFUND_FAILED', 'en', {
    ...params,
    course: 'Evidence\r\nBcc: everybody@example.org',
  })
  expect(subject).not.toMatch(/[\r\n]/)
})

it('is not written with a gap', () => {
  expect(() => messageText('REFUND_FAILED', 'en', ofRun as typeof params)).toThrow('{amount}')
})

it.each<[string | null, string]>([
  [null, 'en'],
  ['', 'en'],
  ['cy', 'cy'],
  ['cy-GB,cy;q=0.9,en;q=0.8', 'cy'],
  ['en-GB,en;q=0.9,cy;q=0.8', 'en'],
  ['cy;q=0.5,en;q=0.6', 'en'],
  ['fr,de', 'en'],
  ['fr,cy;q=0.1', 'cy'],
  ['*', 'en'],
  ['cy;q=0', 'en'],
  ['cy;q=nonsense', 'en'],
  [';;,,=', 'en'],
])('chooses for Accept-Language %j: %s', (header, language) => {
  expect(languageOf(header)).toBe(language)
})
