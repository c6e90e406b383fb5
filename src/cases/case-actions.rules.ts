/** Says what operators can do about a case of each kind. */
import type { CaseAction } from './case-action.ts'
import type { CaseKind } from './case-kind.ts'

const actionsOfKind: Readonly<Record<CaseKind, readonly CaseAction[]>> = {
  ENROLMENT_STUCK: ['REFUND', 'RESTORE_PLACE'],
  REFUND_FAILED: [],
  REFUND_WAITING: [],
  PAYMENT_UNSETTLED: ['DISMISS'],
  DISPUTE_OPEN: ['DISMISS'],
  DISPUTE_LOST_IN_PART: [],
  DISPUTE_REVERSED: [],
  FRAUD_WARNING: ['DISMISS'],
  PAYMENT_NOT_HERE: ['DISMISS'],
  PAYMENT_DIFFERS: ['DISMISS'],
  RUN_CANCELLED: ['DISMISS'],
  REGISTERED_UNPAID: [],
  PARTNER_DIFFERS: ['DISMISS'],
  RESULT_CORRECTED: ['DISMISS'],
  ENTRY_UNREADABLE: ['DISMISS'],
  LIST_NOT_READ: [],
  PERMISSION_MISSING: [],
  JOB_GIVEN_UP: ['DISMISS'],
}

/** What can be done now: nothing about what is closed. */
export function caseActions({ kind, status }: { kind: CaseKind; status: string }): readonly CaseAction[] {
  return status === 'CLOSED' ? [] : actionsOfKind[kind]
}
