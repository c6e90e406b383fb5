/** Names what can wait for a person. */
import { publishEnum } from '../graph/contract/enum.ts'

export const CaseKind = {
  ENROLMENT_STUCK: 'ENROLMENT_STUCK',
  REFUND_FAILED: 'REFUND_FAILED',
  REFUND_WAITING: 'REFUND_WAITING',
  PAYMENT_UNSETTLED: 'PAYMENT_UNSETTLED',
  DISPUTE_OPEN: 'DISPUTE_OPEN',
  DISPUTE_LOST_IN_PART: 'DISPUTE_LOST_IN_PART',
  DISPUTE_REVERSED: 'DISPUTE_REVERSED',
  FRAUD_WARNING: 'FRAUD_WARNING',
  PAYMENT_NOT_HERE: 'PAYMENT_NOT_HERE',
  PAYMENT_DIFFERS: 'PAYMENT_DIFFERS',
  RUN_CANCELLED: 'RUN_CANCELLED',
  REGISTERED_UNPAID: 'REGISTERED_UNPAID',
  PARTNER_DIFFERS: 'PARTNER_DIFFERS',
  RESULT_CORRECTED: 'RESULT_CORRECTED',
  ENTRY_UNREADABLE: 'ENTRY_UNREADABLE',
  LIST_NOT_READ: 'LIST_NOT_READ',
  PERMISSION_MISSING: 'PERMISSION_MISSING',
  JOB_GIVEN_UP: 'JOB_GIVEN_UP',
} as const
export type CaseKind = (typeof CaseKind)[keyof typeof CaseKind]
publishEnum(CaseKind, 'CaseKind', 'What waits for a person.', {
  ENROLMENT_STUCK: 'Money here, no place.',
  REFUND_FAILED: 'A refund failed for good, bounced, or can never be made.',
  REFUND_WAITING: 'A refund has waited for longer than a day.',
  PAYMENT_UNSETTLED:
    'A payment is UNKNOWN for an hour, or PROCESSING for three days or until somebody acts at the provider.',
  DISPUTE_OPEN: 'A dispute or inquiry is open.',
  DISPUTE_LOST_IN_PART: 'A dispute took a part of the money; the place stands.',
  DISPUTE_REVERSED:
    'A lost dispute was decided the other way; the learner has enrolled anew meanwhile, so the money belongs to nothing.',
  FRAUD_WARNING: "The card's network warns of fraud: a refund now avoids a dispute.",
  PAYMENT_NOT_HERE: 'Money at a provider that carries our id or account and is in no book here.',
  PAYMENT_DIFFERS: 'What is here and what the provider says cannot be brought together.',
  RUN_CANCELLED: 'A run was called off with money held.',
  REGISTERED_UNPAID: 'The partner has a place for which no money is here.',
  PARTNER_DIFFERS: "The partner's facts contradict each other or ours, e.g. whose membership it is.",
  RESULT_CORRECTED:
    'A result was corrected or taken back after credit rested on it; for information to whoever answers for credit.',
  ENTRY_UNREADABLE: "An entry of a provider's or the partner's list cannot be read or stored.",
  LIST_NOT_READ: 'A list could not be read to its end for an hour.',
  PERMISSION_MISSING: 'A provider refuses our keys something that is needed.',
  JOB_GIVEN_UP: 'A job has given up.',
})
