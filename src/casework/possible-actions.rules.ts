/** Decides what can be done about a case now, by its kind. */
import type { CaseAction } from '../cases/case-action.ts'
import type { CaseKind } from '../cases/case-kind.ts'
import type { EnrolmentStatus } from '../enrolments/enrolment.ts'

/** How what the case is about stands. */
export interface CaseStanding {
  kind: CaseKind
  isClosed: boolean
  /** Of the enrolment concerned; null when there is none. */
  enrolmentStatus: EnrolmentStatus | null
  /** Of its money, what is here and not on its way back, in minor units. */
  leftMinor: number
  /** Of what paid for the place: the same, and what is on its way back. */
  payingLeftMinor: number
  payingOnItsWayMinor: number
  /** Whether the provider makes refunds now: not while a dispute is being decided. */
  isRefundable: boolean
  /** Whether a refund waits for its turn, which can be called off. */
  hasWaiting: boolean
  /** Whether a refund is with the provider, who may yet pay it. */
  isWithProvider: boolean
}

type Condition = (standing: CaseStanding) => boolean

const always: Condition = () => true
const canGoBack: Condition = ({ leftMinor, isRefundable }) => leftMinor > 0 && isRefundable
const canBeCalledOff: Condition = ({ isWithProvider }) => !isWithProvider
const canBeSettled: Condition = (standing) =>
  canBeCalledOff(standing) && (standing.leftMinor > 0 || standing.hasWaiting)
/** What is on its way back pays for no place; one that costs nothing needs no money. */
const isPaid: Condition = (standing) =>
  canBeCalledOff(standing) && standing.payingLeftMinor > 0 && standing.payingOnItsWayMinor === 0
/** A result stands, and on its way anywhere it waits. */
const canEnd: Condition = ({ enrolmentStatus }) => enrolmentStatus === 'REGISTERED' || enrolmentStatus === 'STUCK'

/** In the order in which they are offered. */
const table: Readonly<Record<CaseKind, Partial<Record<CaseAction, Condition>>>> = {
  ENROLMENT_STUCK: {
    REFUND: canGoBack,
    SETTLE_OUTSIDE: canBeSettled,
    RESTORE_PLACE: isPaid,
    END_PLACE: canEnd,
    WRITE_OFF: canBeCalledOff,
  },
  REFUND_FAILED: { RETRY: canGoBack, SETTLE_OUTSIDE: canBeSettled, WRITE_OFF: canBeCalledOff },
  REFUND_WAITING: { RETRY: always, SETTLE_OUTSIDE: canBeSettled },
  PAYMENT_UNSETTLED: { RETRY: always, DISMISS: always },
  DISPUTE_OPEN: { REFUND: canGoBack, DISMISS: always },
  DISPUTE_LOST_IN_PART: { REFUND: canGoBack, END_PLACE: canEnd, WRITE_OFF: canBeCalledOff },
  DISPUTE_REVERSED: { REFUND: canGoBack, WRITE_OFF: canBeCalledOff },
  FRAUD_WARNING: { REFUND: canGoBack, DISMISS: always },
  PAYMENT_NOT_HERE: { DISMISS: always },
  PAYMENT_DIFFERS: { RETRY: always, DISMISS: always },
  RUN_CANCELLED: { REFUND_RUN: always, DISMISS: always },
  REGISTERED_UNPAID: { END_PLACE: always },
  PARTNER_DIFFERS: { RETRY: always, DISMISS: always },
  RESULT_CORRECTED: { DISMISS: always },
  ENTRY_UNREADABLE: { RETRY: always, DISMISS: always },
  LIST_NOT_READ: { RETRY: always },
  PERMISSION_MISSING: { RETRY: always },
  JOB_GIVEN_UP: { RETRY: always, DISMISS: always },
}

/** None of a case that is closed. */
export function possibleActions(standing: CaseStanding): CaseAction[] {
  if (standing.isClosed) return []
  const offered = Object.entries(table[standing.kind]) as [CaseAction, Condition][]
  return offered.filter(([, holds]) => holds(standing)).map(([action]) => action)
}
