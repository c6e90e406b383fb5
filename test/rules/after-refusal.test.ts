/** Tests what follows each refusal of a refund, and when it is tried again. */
import { describe, expect, it } from '@jest/globals'
import { afterRefusal, nextTryAfterMs, waitAfter } from '../../src/payments/after-refusal.rules.ts'

const HOUR_MS = 3_600_000
const whole = { ofTheWhole: true }

describe('a refund that is refused', () => {
  it.each([
    ['BALANCE_INSUFFICIENT', 'PROVIDER_BALANCE'],
    ['INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
    ['INSUFFICIENT_BALANCE_FOR_REFUND', 'PROVIDER_BALANCE'],
    ['REFUND_FAILED_INSUFFICIENT_FUNDS', 'PROVIDER_BALANCE'],
    ['PENDING_CAPTURE', 'PAYMENT_SETTLEMENT'],
    ['REFUND_TIME_LIMIT_EXCEEDED', null],
    ['CHARGE_DISPUTED', null],
    ['CAPTURE_FULLY_REFUNDED', null],
    ['constructor', null],
  ])('with %s waits for %s', (code, waitingFor) => {
    expect(waitAfter(code)).toBe(waitingFor)
  })

  it.each([
    'REFUND_TIME_LIMIT_EXCEEDED',
    'REFUND_NOT_ALLOWED',
    'PARTIAL_REFUND_NOT_ALLOWED',
    'MAX_NUMBER_OF_REFUNDS_EXCEEDED',
    'charge_not_refundable',
    'expired_or_canceled_card',
    'lost_or_stolen_card',
  ])('with %s can never be made, and is for an operator', (code) => {
    expect(afterRefusal(code, whole)).toEqual({ failureReason: code.toUpperCase(), waitingFor: 'OPERATOR' })
  })

  it.each([
    'TRANSACTION_DISPUTED',
    'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK',
    'charge_disputed',
    'refund_disputed_payment',
    'charge_for_pending_refund_disputed',
  ])('with %s is DISPUTED, whatever the provider calls it', (code) => {
    expect(afterRefusal(code, whole)).toEqual({ failureReason: 'DISPUTED', waitingFor: null })
  })

  it.each(['CAPTURE_FULLY_REFUNDED', 'charge_already_refunded', 'REFUND_AMOUNT_EXCEEDED', 'INVALID_REQUEST_ERROR'])(
    'with %s has failed, and may be tried again',
    (code) => {
      expect(afterRefusal(code, whole)).toEqual({ failureReason: code.toUpperCase(), waitingFor: null })
    },
  )

  it('of a part may be asked for whole, where only parts are refused', () => {
    expect(afterRefusal('PARTIAL_REFUND_NOT_ALLOWED', { ofTheWhole: false }).waitingFor).toBeNull()
  })

  it('is tried after 1, 2, 4, 8, 16, 24, 24 … hours for 30 days', () => {
    const waits: number[] = []
    for (let sinceMs = 0; ; ) {
      const waitMs = nextTryAfterMs(waits.length, sinceMs)
      if (waitMs === null) break
      waits.push(waitMs / HOUR_MS)
      sinceMs += waitMs
    }
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 24, 24])
    expect(new Set(waits.slice(5))).toEqual(new Set([24]))
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(31 + 28 * 24)
  })
})
