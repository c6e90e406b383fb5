/** Lists the states of a payment and every legal move between them. */
import { type CauseOf, type States, stepsTo } from '../store/states.ts'
import type { PaymentStatus } from './payment.ts'

/** Why somebody looks at a provider, or closes a payment there; what is found moves refunds and disputes as well. */
export const lookCauses = [
  'PAYMENT_OPENED',
  'BUYER_RETURNED',
  'PROVIDER_EVENT',
  'FOLLOWED_UP',
  'RECONCILIATION',
  'REFUND_REFUSED',
  'CANCELLED_BY_LEARNER',
  'HOLD_ENDED',
  'RUN_CANCELLED',
  'REPLACED_BY_RETRY',
  'NOT_NEEDED_ANY_MORE',
] as const
export type LookCause = (typeof lookCauses)[number]

/** How what was paid differs from what was asked. */
const conflicts = ['CURRENCY_DIFFERS', 'AMOUNT_DIFFERS', 'CARD_BRAND_NOT_ACCEPTED'] as const
export type ConflictCause = (typeof conflicts)[number]

export const paymentStates = {
  noun: 'Payment',
  notes: ['DEFERRED'],
  begins: { CREATED: ['PAYMENT_REQUESTED'] },
  moves: {
    CREATED: {
      // Passed through, too, on the way to what was found.
      REQUIRES_ACTION: [...lookCauses, ...conflicts],
      SUCCEEDED: lookCauses,
      FAILED: [...lookCauses, 'PROVIDER_REFUSED'],
      CANCELLED: [...lookCauses, 'NEVER_OPENED'],
      EXPIRED: [...lookCauses, 'NEVER_OPENED'],
      UNKNOWN: ['PROVIDER_SILENT'],
    },
    REQUIRES_ACTION: {
      PROCESSING: [...lookCauses, ...conflicts],
      SUCCEEDED: lookCauses,
      FAILED: lookCauses,
      CANCELLED: lookCauses,
      EXPIRED: lookCauses,
      UNKNOWN: [],
    },
    PROCESSING: {
      SUCCEEDED: lookCauses,
      FAILED: lookCauses,
      // When the instrument was declined: the buyer may choose another.
      REQUIRES_ACTION: lookCauses,
      UNKNOWN: ['PROVIDER_SILENT'],
      CONFLICTED: conflicts,
    },
    // Left only by what the provider says when it is asked.
    UNKNOWN: {
      REQUIRES_ACTION: lookCauses,
      PROCESSING: lookCauses,
      SUCCEEDED: lookCauses,
      FAILED: [...lookCauses, 'PROVIDER_REFUSED'],
      CANCELLED: [...lookCauses, 'NEVER_OPENED'],
      CONFLICTED: conflicts,
    },
    SUCCEEDED: { CONFLICTED: conflicts },
    FAILED: {},
    CANCELLED: {},
    EXPIRED: {},
    CONFLICTED: {},
  },
} as const satisfies States<PaymentStatus>

export type PaymentCause = CauseOf<Pick<typeof paymentStates, 'begins' | 'moves'>>

const corrected = ['CORRECTED_TO_MATCH_PROVIDER'] as const

/** A late capture: only "to match the provider", who has taken the money of a payment that had ended here. */
export const correctionsToMatchTheProvider = {
  noun: 'Payment',
  moves: {
    CREATED: {},
    REQUIRES_ACTION: {},
    PROCESSING: {},
    UNKNOWN: {},
    SUCCEEDED: {},
    CONFLICTED: {},
    FAILED: { SUCCEEDED: corrected },
    CANCELLED: { SUCCEEDED: corrected },
    EXPIRED: { SUCCEEDED: corrected },
  },
} as const satisfies States<PaymentStatus>

/** Nothing is paid yet and it may still be: these are looked at until they have ended. */
export const openPaymentStatuses: readonly PaymentStatus[] = ['CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'UNKNOWN']

/** Ended without money, as far as is known here. */
export const endedPaymentStatuses: readonly PaymentStatus[] = ['FAILED', 'CANCELLED', 'EXPIRED']

export const isOpenPayment = (status: PaymentStatus): boolean => openPaymentStatuses.includes(status)

export const isEndedPayment = (status: PaymentStatus): boolean => endedPaymentStatuses.includes(status)

/**
 * The moves that bring a payment to where its provider has it; null when no legal way leads there. What the provider
 * went through unobserved is passed through here as well.
 */
export function paymentSteps(from: PaymentStatus, to: PaymentStatus): PaymentStatus[] | null {
  return stepsTo(paymentStates, from, to, ['REQUIRES_ACTION', 'PROCESSING'])
}
