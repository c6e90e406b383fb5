/** Tests the state table of payments and the ways through it. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  correctionsToMatchTheProvider,
  endedPaymentStatuses,
  isEndedPayment,
  isOpenPayment,
  openPaymentStatuses,
  paymentStates,
  paymentSteps,
} from '../../src/payments/payment.states.ts'
import { PaymentStatus } from '../../src/payments/payment.ts'
import { canMove, checkMove, IllegalMove, movesFrom } from '../../src/store/states.ts'

const statuses = Object.values(PaymentStatus)
const status = fc.constantFrom(...statuses)

describe('the states of a payment', () => {
  it('has exactly the moves that the rules name', () => {
    const moves = statuses.map((from) => [from, movesFrom(paymentStates, from).toSorted()])
    expect(Object.fromEntries(moves)).toEqual({
      CREATED: ['CANCELLED', 'EXPIRED', 'FAILED', 'REQUIRES_ACTION', 'SUCCEEDED', 'UNKNOWN'],
      REQUIRES_ACTION: ['CANCELLED', 'EXPIRED', 'FAILED', 'PROCESSING', 'SUCCEEDED', 'UNKNOWN'],
      PROCESSING: ['CONFLICTED', 'FAILED', 'REQUIRES_ACTION', 'SUCCEEDED', 'UNKNOWN'],
      UNKNOWN: ['CANCELLED', 'CONFLICTED', 'FAILED', 'PROCESSING', 'REQUIRES_ACTION', 'SUCCEEDED'],
      SUCCEEDED: ['CONFLICTED'],
      FAILED: [],
      CANCELLED: [],
      EXPIRED: [],
      CONFLICTED: [],
    })
  })

  it('throws at every move that it does not have, naming both states', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        fc.pre(!canMove(paymentStates, from, to))
        expect(() => checkMove(paymentStates, from, to)).toThrow(IllegalMove)
        expect(() => checkMove(paymentStates, from, to)).toThrow(`Payment cannot go from ${from} to ${to}`)
      }),
    )
  })

  it('never takes money back out of the books: from SUCCEEDED only CONFLICTED is reached, and from that nothing', () => {
    expect(reachable('SUCCEEDED')).toEqual(new Set(['CONFLICTED']))
    expect(reachable('CONFLICTED')).toEqual(new Set())
  })

  it('has a way out of every open state, and none out of an ended one', () => {
    for (const open of openPaymentStatuses) expect(reachable(open)).toContain('SUCCEEDED')
    for (const ended of endedPaymentStatuses) expect(reachable(ended).size).toBe(0)
  })

  it('corrects an ended payment to SUCCEEDED and nothing else to anything', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        expect(canMove(correctionsToMatchTheProvider, from, to)).toBe(isEndedPayment(from) && to === 'SUCCEEDED')
      }),
    )
  })

  it('reaches whatever a provider says by legal steps alone, and never passes through money that was not taken', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const steps = paymentSteps(from, to)
        if (steps === null) return
        let at = from
        for (const step of steps) {
          checkMove(paymentStates, at, step)
          at = step
        }
        expect(at).toBe(to)
        for (const between of steps.slice(0, -1)) expect(['REQUIRES_ACTION', 'PROCESSING']).toContain(between)
      }),
    )
  })

  it('finds a way from every open state to every state that a provider can report', () => {
    const reported = [
      'PROCESSING',
      'SUCCEEDED',
      'FAILED',
      'CANCELLED',
      'EXPIRED',
      'CONFLICTED',
      'REQUIRES_ACTION',
    ] as const
    for (const from of openPaymentStatuses) {
      for (const to of reported) expect(paymentSteps(from, to)).not.toBeNull()
    }
    expect(paymentSteps('UNKNOWN', 'EXPIRED')).toEqual(['REQUIRES_ACTION', 'EXPIRED'])
    expect(paymentSteps('CREATED', 'CONFLICTED')).toEqual(['REQUIRES_ACTION', 'PROCESSING', 'CONFLICTED'])
  })

  it('never goes back to UNKNOWN or CREATED because of what a provider says', () => {
    for (const from of statuses) {
      if (from !== 'CREATED') expect(paymentSteps(from, 'CREATED')).toBeNull()
      for (const to of statuses) expect(paymentSteps(from, to)?.slice(0, -1) ?? []).not.toContain('UNKNOWN')
    }
  })

  it('counts each state as open, ended or paid, and none twice', () => {
    for (const one of statuses) {
      const paid = one === 'SUCCEEDED' || one === 'CONFLICTED'
      expect([isOpenPayment(one), isEndedPayment(one), paid].filter(Boolean)).toHaveLength(1)
    }
  })
})

function reachable(from: PaymentStatus): Set<PaymentStatus> {
  const found = new Set<PaymentStatus>()
  const visit = (at: PaymentStatus): void => {
    for (const to of movesFrom(paymentStates, at)) if (!found.has(to) && found.add(to)) visit(to)
  }
  visit(from)
  return found
}
