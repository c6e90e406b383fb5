/** Tells whoever listens to an enrolment, or to all of its learner's, of a change. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { announce } from '../store/transaction.ts'
import type { Enrolment } from './enrolment.ts'

/** The topic of all enrolments of a learner. */
export const ENROLMENTS_TOPIC = 'enrolments-of'

/** Heard once this transaction commits. */
export async function announceEnrolment(
  tx: EntityManager,
  { id, learnerId }: Pick<Enrolment, 'id' | 'learnerId'>,
): Promise<void> {
  await announce(tx, 'enrolment', id)
  await announce(tx, ENROLMENTS_TOPIC, `${learnerId}/${id}`)
}
