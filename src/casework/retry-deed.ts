/** Does the failed thing of a case again, now. */
import { courseJobs } from '../courses/course-jobs.ts'
import { partnerJobs } from '../partner-inbox/partner-jobs.ts'
import { paymentJobs } from '../payments/payment-jobs.ts'
import { Refund } from '../payments/refund.ts'
import type { Deed, Doing } from './deed.ts'
import { refundDeed } from './refund-deed.ts'

/** As many as a quarter of an hour takes up again; the rest has its own turn by then. */
const MOST_REFUND_IDS = 1_000

type Retry = (doing: Doing) => Promise<unknown>

const listsAgain: Retry = async ({ tx, case: { subjectKey } }) => {
  if (!subjectKey.startsWith('PARTNER')) return paymentJobs.reconcile.add(tx, {})
  await courseJobs.syncCatalogue.add(tx, {})
  return partnerJobs.syncRegistrations.add(tx, {})
}

const paymentAgain: Retry = async ({ tx, ground: { payment } }) =>
  payment && paymentJobs.advance.add(tx, { paymentId: payment.id })

const refundNow: Retry = async ({ tx, ground: { refund }, at }) => {
  if (refund === null) return
  if (refund.nextTryAt !== null) refund.nextTryAt = at
  await paymentJobs.submitRefund.add(tx, { refundId: refund.id })
}

/** The probe, and whatever waits for that provider's permission. */
const permissionAgain: Retry = async ({ tx, case: { subjectKey }, at }) => {
  await paymentJobs.probePermissions.add(tx, {})
  const waiting = await tx.execute<{ id: string }[]>(
    `select r.id from refund r join payment p on p.id = r.payment_id
     where r.status = 'SUBMITTED' and r.waiting_for = 'PROVIDER_PERMISSION' and p.provider = ?
     order by r.id limit ${MOST_REFUND_IDS}`,
    [subjectKey.split(' ', 1)[0]],
  )
  for (const { id } of waiting) {
    await tx.nativeUpdate(Refund, id, { nextTryAt: at })
    await paymentJobs.submitRefund.add(tx, { refundId: id })
  }
}

const jobAgain: Retry = ({ tx, case: { subjectKey } }) =>
  tx.execute('select id from graphile_worker.reschedule_jobs(array[?::bigint], run_at => now(), attempts => 0)', [
    subjectKey.slice('job '.length),
  ])

const retries: Readonly<Partial<Record<string, Retry>>> = {
  REFUND_WAITING: refundNow,
  PAYMENT_UNSETTLED: paymentAgain,
  PAYMENT_DIFFERS: paymentAgain,
  PARTNER_DIFFERS: async ({ tx }) => {
    await courseJobs.syncCatalogue.add(tx, {})
    await partnerJobs.syncRegistrations.add(tx, {})
  },
  ENTRY_UNREADABLE: listsAgain,
  LIST_NOT_READ: listsAgain,
  PERMISSION_MISSING: permissionAgain,
  JOB_GIVEN_UP: jobAgain,
}

export const retryDeed: Pick<Deed, 'refusal' | 'perform'> = {
  // A refund is tried again as a row of the same wish.
  refusal: async (doing) => (isRefund(doing) ? ((await refundDeed.refusal?.(doing)) ?? null) : null),
  async perform(doing) {
    if (isRefund(doing)) return refundDeed.perform(doing)
    await retries[doing.case.kind]?.(doing)
    return null
  },
}

const isRefund = ({ case: { kind } }: Doing): boolean => kind === 'REFUND_FAILED'
