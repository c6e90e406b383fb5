/** Invents refunds and disputes of one payment, in every order. */
import fc from 'fast-check'
import { DisputeStatus } from '../../../src/payments/dispute.ts'
import { DisputeRefundable, DisputeStage } from '../../../src/payments/dispute-stage.ts'
import { RefundStatus } from '../../../src/payments/refund.ts'

const oneOf = <Word extends string>(words: Record<string, Word>) => fc.constantFrom(...Object.values(words))
/** Few, so that many are the same. */
const instant = fc.integer({ min: 0, max: 3 }).map((hour) => new Date(Date.UTC(2026, 11, 1, hour)))

export const refundParts = (amountMinor: fc.Arbitrary<number>, maxLength: number) =>
  fc.array(fc.record({ status: oneOf(RefundStatus), amountMinor, requestedAt: instant }), { maxLength })

export const disputeParts = (lostMinor: fc.Arbitrary<number>, maxLength: number) =>
  fc.array(
    fc.record({
      status: oneOf(DisputeStatus),
      stage: oneOf(DisputeStage),
      refundable: oneOf(DisputeRefundable),
      lostMinor,
      countsRefunds: fc.boolean(),
      openedAt: instant,
    }),
    { maxLength },
  )
