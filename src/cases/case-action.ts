/** Names what operators can do about a case. */
import { publishEnum } from '../graph/contract/enum.ts'

export const CaseAction = {
  RETRY: 'RETRY',
  REFUND: 'REFUND',
  SETTLE_OUTSIDE: 'SETTLE_OUTSIDE',
  WRITE_OFF: 'WRITE_OFF',
  RESTORE_PLACE: 'RESTORE_PLACE',
  END_PLACE: 'END_PLACE',
  ACCEPT_PLACE: 'ACCEPT_PLACE',
  ADOPT: 'ADOPT',
  REFUND_RUN: 'REFUND_RUN',
  DISMISS: 'DISMISS',
} as const
export type CaseAction = (typeof CaseAction)[keyof typeof CaseAction]
publishEnum(CaseAction, 'CaseAction', 'What can be done about a case.', {
  RETRY: 'Try the same once more: the refund, the registration, the look, the job, the list entry.',
  REFUND: "Pay back through the provider: the case's amount, or part of it.",
  SETTLE_OUTSIDE: 'Record that it was paid back some other way: `reference`, `method` and `settledOn` are required.',
  WRITE_OFF: 'Nothing more is expected: the money stays here, or the loss is taken.',
  RESTORE_PLACE: 'Register the learner again; a learner with a result is COMPLETED again.',
  END_PLACE: 'End the place without money back.',
  ACCEPT_PLACE: 'Leave the place to the learner although nothing is paid.',
  ADOPT: "Take a provider's payment into the books of `enrolmentId`.",
  REFUND_RUN: 'Refund everybody on the run: `refundRun`.',
  DISMISS: 'Close it with a note: nothing is done.',
})
