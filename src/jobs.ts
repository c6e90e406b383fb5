/** Lists which command runs each job, and which jobs run by the clock. */
import type { Context } from './context.ts'
import { courseJobs } from './courses/course-jobs.ts'
import { syncCatalogueJob } from './courses/sync-catalogue.ts'
import { awardCreditJob, reviewCreditJob } from './credit/award-credit.ts'
import { advanceRefundRunJob } from './enrolments/advance-refund-run.ts'
import { endUnpaidRegistrationJob } from './enrolments/end-unpaid-registration.ts'
import { expireEnrolmentJob } from './enrolments/expire.ts'
import { giveUpMoveJob } from './enrolments/give-up-move.ts'
import { fetchRegistrationJob } from './enrolments/record-registration.ts'
import { registerEnrolmentJob } from './enrolments/register.ts'
import { runCancelledJob } from './enrolments/run-cancelled.ts'
import { runFoundJob, runGoneJob } from './enrolments/run-gone.ts'
import { runMovedJob } from './enrolments/run-moved.ts'
import { runReinstatedJob } from './enrolments/run-reinstated.ts'
import { withdrawRegistrationJob } from './enrolments/withdraw-registration.ts'
import { messageJobs } from './messages/message-jobs.ts'
import { sendMessageJob, sendWaitingMessagesJob } from './messages/send-message.ts'
import { handlePartnerEventJob } from './partner-inbox/partner-inbox.ts'
import { partnerJobs } from './partner-inbox/partner-jobs.ts'
import { syncRegistrationsJob } from './partner-inbox/sync-registrations.ts'
import { advancePaymentJob } from './payments/advance-payment.ts'
import { closePaymentJob } from './payments/close-payment.ts'
import { openPaymentJob } from './payments/open-payment.ts'
import { issueMissingPapersJob } from './payments/papers/issue-missing-papers.ts'
import { learnSettlementJob, learnSettlementsJob } from './payments/papers/learn-settlement.ts'
import { handlePaymentEventJob } from './payments/payment-inbox.ts'
import { paymentJobs } from './payments/payment-jobs.ts'
import { probePermissionsJob } from './payments/probe-permissions.ts'
import { reconcileAskedJob, reconcileJob } from './payments/reconciliation/reconcile.ts'
import { submitRefundJob } from './payments/submit-refund.ts'
import type { Job } from './store/define-job.ts'

export const jobs: readonly Job<Context>[] = [
  syncCatalogueJob,
  syncRegistrationsJob,
  handlePartnerEventJob,
  fetchRegistrationJob,
  openPaymentJob,
  advancePaymentJob,
  closePaymentJob,
  handlePaymentEventJob,
  submitRefundJob,
  reconcileAskedJob,
  reconcileJob,
  probePermissionsJob,
  issueMissingPapersJob,
  learnSettlementJob,
  learnSettlementsJob,
  registerEnrolmentJob,
  withdrawRegistrationJob,
  endUnpaidRegistrationJob,
  expireEnrolmentJob,
  giveUpMoveJob,
  advanceRefundRunJob,
  runCancelledJob,
  runReinstatedJob,
  runMovedJob,
  runGoneJob,
  runFoundJob,
  awardCreditJob,
  reviewCreditJob,
  sendMessageJob,
  sendWaitingMessagesJob,
]

/** Cron lines of graphile-worker, in UTC: what runs by the clock. */
export function crontab(clock: { syncEveryMinutes: number }): string[] {
  return [
    courseJobs.syncCatalogue.cronLine(`*/${clock.syncEveryMinutes} * * * *`),
    partnerJobs.syncRegistrations.cronLine(`*/${clock.syncEveryMinutes} * * * *`),
    paymentJobs.reconcile.cronLine('*/15 * * * *'),
    paymentJobs.probePermissions.cronLine('0 * * * *'),
    paymentJobs.learnSettlements.cronLine('30 3 * * *'),
    messageJobs.sendWaiting.cronLine('20 * * * *'),
  ]
}
