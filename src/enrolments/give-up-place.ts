/** Gives up a place without money back; a job ends its registration. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { MoveCause } from '../store/history.ts'
import { moveEnrolment } from './change-enrolment.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'

/** WITHDRAWN at once; what has ended already needs no ending. The enrolment is locked. */
export async function giveUpPlace(
  tx: EntityManager,
  enrolment: Enrolment,
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  await moveEnrolment(tx, enrolment, 'WITHDRAWN', why)
  if (enrolment.registrationEndSeenAt === null) {
    await enrolmentJobs.withdrawRegistration.add(tx, { enrolmentId: enrolment.id })
  }
}
