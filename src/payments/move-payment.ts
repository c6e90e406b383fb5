/** Moves a locked payment along its states, through steps that were not observed. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { type MoveCause, move } from '../store/history.ts'
import { IllegalMove } from '../store/states.ts'
import {
  correctionsToMatchTheProvider,
  isEndedPayment,
  type PaymentCause,
  paymentStates,
  paymentSteps,
} from './payment.states.ts'
import type { Payment, PaymentStatus } from './payment.ts'

/** Moves the payment to `to`, appending every step to its history. Throws IllegalMove when no legal way leads there. */
export function movePayment(
  tx: EntityManager,
  payment: Payment,
  to: PaymentStatus,
  why: MoveCause<PaymentCause>,
): void {
  const steps = paymentSteps(payment.status, to)
  if (steps === null) throw new IllegalMove('Payment', payment.status, to)
  for (const step of steps) move(tx, paymentStates, payment, step, why)
}

/** The provider took the money of a payment that had ended here: the one move that its table does not have. */
export function correctToMatchTheProvider(tx: EntityManager, payment: Payment, at: Date): void {
  if (!isEndedPayment(payment.status)) throw new IllegalMove('Payment', payment.status, 'SUCCEEDED')
  move(tx, correctionsToMatchTheProvider, payment, 'SUCCEEDED', { cause: 'CORRECTED_TO_MATCH_PROVIDER', at })
}
