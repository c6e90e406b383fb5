/** Lists which command runs each job, and which jobs run by the clock. */
import type { Job } from './context.ts'
import { syncCatalogueJob } from './courses/sync-catalogue.ts'
import { awardCreditJob, reviewCreditJob } from './credit/award-credit.ts'
import { expireEnrolmentJob } from './enrolments/expire.ts'
import { fetchRegistrationJob } from './enrolments/record-registration.ts'
import { registerEnrolmentJob } from './enrolments/register.ts'
import { withdrawRegistrationJob } from './enrolments/withdraw-registration.ts'
import { handlePartnerEventJob } from './partner-inbox/partner-inbox.ts'
import { syncRegistrationsJob } from './partner-inbox/sync-registrations.ts'
import { advancePaymentJob } from './payments/advance-payment.ts'
import { closePaymentJob } from './payments/close-payment.ts'
import { openPaymentJob } from './payments/open-payment.ts'
import { handlePaymentEventJob } from './payments/payment-inbox.ts'
import { reconcileJob } from './payments/reconciliation/reconcile.ts'
import { submitRefundJob } from './payments/submit-refund.ts'

export const jobs: Job[] = [
  syncCatalogueJob,
  syncRegistrationsJob,
  handlePartnerEventJob,
  fetchRegistrationJob,
  openPaymentJob,
  advancePaymentJob,
  closePaymentJob,
  handlePaymentEventJob,
  submitRefundJob,
  reconcileJob,
  registerEnrolmentJob,
  withdrawRegistrationJob,
  expireEnrolmentJob,
  awardCreditJob,
  reviewCreditJob,
]

/** Cron lines of graphile-worker, in UTC: what runs by the clock. */
export function crontab(clock: { syncEveryMinutes: number }): string[] {
  return [
    `*/${clock.syncEveryMinutes} * * * * sync_catalogue ?jobKey=sync_catalogue`,
    `*/${clock.syncEveryMinutes} * * * * sync_registrations ?jobKey=sync_registrations`,
    '*/15 * * * * reconcile ?jobKey=reconcile&max=3',
  ]
}
