/** Opens and closes what the partner's news leaves to a person. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import type { Enrolment } from './enrolment.ts'

const aboutEnrolment = ({ id }: Pick<Enrolment, 'id'>) => ({ type: 'Enrolment', id }) as const

/** The partner has the learner registered, and nobody pays for it. */
export function openUnpaid(tx: EntityManager, enrolment: Enrolment, uuid: string, at: Date): Promise<void> {
  const { status, learnerId, runId: courseRunId } = enrolment
  const message = `The partner has this learner registered, and nobody pays for it: the enrolment is ${status}.`
  const subject = aboutEnrolment(enrolment)
  const facts = {
    kind: 'REGISTERED_UNPAID',
    subject,
    message,
    learnerId,
    courseRunId,
    providerReference: uuid,
  } as const
  return openCase(tx, facts, at)
}

export const closeUnpaid = (tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> =>
  closeCase(tx, 'REGISTERED_UNPAID', aboutEnrolment(enrolment), at)

/** What the partner says and what is here cannot both be; `key` tells such cases apart. */
export const openDiffers = (tx: EntityManager, key: string, message: string, at: Date): Promise<void> =>
  openCase(tx, { kind: 'PARTNER_DIFFERS', subject: { key }, message }, at)

export const closeDiffers = (tx: EntityManager, key: string, at: Date): Promise<void> =>
  closeCase(tx, 'PARTNER_DIFFERS', { key }, at)

const aboutRun = (id: string) => ({ type: 'CourseRun', id }) as const

/** The partner called a run off of which money is here. */
export function openRunCancelled(
  tx: EntityManager,
  courseRunId: string,
  facts: { message: string; amount: { amountMinor: number; currency: string } | null },
  at: Date,
): Promise<void> {
  return openCase(tx, { ...facts, kind: 'RUN_CANCELLED', subject: aboutRun(courseRunId), courseRunId }, at)
}

export const closeRunCancelled = (tx: EntityManager, courseRunId: string, at: Date): Promise<void> =>
  closeCase(tx, 'RUN_CANCELLED', aboutRun(courseRunId), at)
