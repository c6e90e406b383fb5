/** Takes a registration that the partner no longer knows as ended, after two looks. */
import type { Context } from '../context.ts'
import { inTransaction } from '../store/transaction.ts'
import { applyNews } from './apply-news.ts'
import { lockEnrolment } from './change-enrolment.ts'
import { lockPayments } from './compensate.ts'
import { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import type { Registration } from './registration-partner.ts'

/** A partner that restores its own database does not know for a while what it will know again. */
const MISSED_FOR_MS = 60 * 60_000

/** The first look that misses it is kept, with a second look an hour later; then it has ended, not said by whom. */
export function missRegistration(context: Context, registrationUuid: string): Promise<void> {
  const at = context.now()
  return inTransaction(context.em, async (tx) => {
    const known = await tx.findOne(Enrolment, { registrationUuid })
    if (known === null) return
    const payments = await lockPayments(tx, known.id)
    const enrolment = await lockEnrolment(tx, known.id)
    if (enrolment.registrationUuid !== registrationUuid || enrolment.registrationEndSeenAt !== null) return
    const missedAt = enrolment.registrationMissedAt
    if (missedAt !== null && at.getTime() - missedAt.getTime() >= MISSED_FOR_MS) {
      return applyNews(tx, { enrolment, payments }, gone(registrationUuid), { askedAt: at, at })
    }
    enrolment.registrationMissedAt ??= at
    await tx.flush()
    const runAt = new Date(enrolment.registrationMissedAt.getTime() + MISSED_FOR_MS)
    await enrolmentJobs.fetchRegistration.add(tx, { registrationUuid }, { runAt })
  })
}

/** Nothing is said of it but that it is not there. */
const gone = (uuid: string): Registration => ({
  uuid,
  membershipUuid: '',
  runUuid: '',
  externalReference: null,
  status: 'INACTIVE',
  activatedAt: null,
  deactivatedAt: null,
  deactivatedBy: null,
  deactivationReason: null,
  studyUrl: null,
  stepsCompletedCount: null,
  stepsCompletedRatio: null,
  result: undefined,
  updatedAt: null,
})
