/** Decides an application's next status and how much credit an answer may agree to. */
import { compareDecimals } from '../../values/decimal.ts'
import type { ApplicationCause } from './transfer-application.states.ts'
import type { TransferApplicationStatus } from './transfer-application.ts'

export const TransferDecision = { AGREE: 'AGREE', AGREE_IN_PART: 'AGREE_IN_PART', DECLINE: 'DECLINE' } as const
export type TransferDecision = (typeof TransferDecision)[keyof typeof TransferDecision]

export const statusOfAnswer: Readonly<Record<TransferDecision, TransferApplicationStatus>> = {
  AGREE: 'AGREED',
  AGREE_IN_PART: 'PARTLY_AGREED',
  DECLINE: 'DECLINED',
}

export const causeOfAnswer: Readonly<Record<TransferDecision, ApplicationCause>> = {
  AGREE: 'DECIDED_AGREE',
  AGREE_IN_PART: 'DECIDED_AGREE_IN_PART',
  DECLINE: 'DECIDED_DECLINE',
}

/**
 * CATS points that are agreed: all that is transferable, the part that was said, or none. `given` is what the
 * institution said, null when it said nothing; a problem is a sentence about it.
 */
export function agreedCreditOf(
  decision: TransferDecision,
  given: string | null,
  transferable: string,
): { credit: string | null } | { problem: string } {
  if (decision === 'DECLINE') {
    return given === null ? { credit: null } : { problem: 'Nothing is agreed when an application is declined.' }
  }
  if (decision === 'AGREE') {
    const whole = given === null || compareDecimals(given, transferable) === 0
    return whole
      ? { credit: transferable }
      : { problem: `AGREE agrees to all ${transferable} CATS points; use AGREE_IN_PART for less.` }
  }
  const fits = given !== null && /^\d+(\.\d{1,2})?$/.test(given)
  if (fits && compareDecimals(given, '0') > 0 && compareDecimals(given, transferable) < 0) return { credit: given }
  return {
    problem: `Say how many CATS points are agreed: more than 0 and less than ${transferable}, two decimals at most.`,
  }
}
