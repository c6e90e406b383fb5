/** Lists what befalls the money of those whose disputes are played. */
import { day, disputed, enrolledAnew, type Life, passed, refunded, restored, warned } from './disputing.ts'

/** Those of the cases, heard of either way. */
export const lives = {
  asked: { passed: true, steps: [disputed('inquiry', { due_by: day(23) }), refunded()] },
  askedOfPart: {
    steps: [
      disputed('inquiry'),
      refunded({ amountMinor: 10_000 }),
      disputed('open', { amount: 39_500 }),
      disputed('lost'),
    ],
  },
  listed: { method: 'PAYPAL', steps: [disputed('open'), disputed('lost', { refunded: '100.00', listed: true })] },
  unlisted: { method: 'PAYPAL', steps: [disputed('open'), disputed('lost', { refunded: '100.00' })] },
  studying: { steps: [disputed('open'), disputed('won'), disputed('lost')] },
  graduate: { passed: true, steps: [disputed('open'), disputed('won'), disputed('lost')] },
  reversed: {
    passed: true,
    steps: [disputed('open'), disputed('lost'), disputed('won'), restored],
  },
  most: { steps: [disputed('lost', { amount: 49_388 })] },
  part: { passed: true, steps: [disputed('open', { amount: 20_000 }), disputed('lost'), refunded({})] },
  refundedMeanwhile: { method: 'PAYPAL', steps: [disputed('open'), refunded({}), disputed('lost')] },
  appealed: { steps: [disputed('open'), disputed('lost'), disputed('appeal_under_review'), disputed('lost')] },
  takenUpAgain: {
    method: 'PAYPAL',
    steps: [
      disputed('open', { stage: 'ARBITRATION', fee: '14.00' }),
      disputed('lost'),
      disputed('appeal'),
      disputed('won'),
    ],
  },
  warned: { steps: [warned, refunded({})] },
  warnedAndDisputed: { steps: [warned, disputed('open')] },
} satisfies Record<string, Life>

const decided = (method: 'CARD' | 'PAYPAL', end: string): Life => ({
  method,
  passed: true,
  steps: [disputed('open'), disputed('under_review'), disputed(end)],
})

/** Those of which the webhooks alone tell. */
export const heardLives = {
  cardWon: decided('CARD', 'won'),
  cardWithdrawn: decided('CARD', 'withdrawn'),
  payPalWon: decided('PAYPAL', 'won'),
  payPalWithdrawn: decided('PAYPAL', 'withdrawn'),
  cardLate: { steps: [disputed('open'), passed, disputed('won')] },
  payPalLate: { method: 'PAYPAL', steps: [disputed('open'), passed, disputed('won')] },
  payPalLost: { method: 'PAYPAL', passed: true, steps: [disputed('open'), disputed('lost')] },
  lostTwice: { passed: true, steps: [disputed('open'), disputed('lost'), disputed('won'), disputed('lost')] },
  enrolledAnew: { steps: [disputed('open'), disputed('lost'), enrolledAnew, disputed('won'), disputed('lost')] },
} satisfies Record<string, Life>
