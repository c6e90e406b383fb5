/** Writes a learner what has become of the money of an enrolment. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import type { MessageKind } from '../messages/message-kind.ts'
import { writeMessage } from '../messages/write-message.ts'
import { type Money, majorUnits } from '../values/money.ts'
import type { Enrolment } from './enrolment.ts'

export interface MoneyTold {
  kind: MessageKind
  amount: Money
  /** The payment's id. */
  paymentId: string
  at: Date
}

/** Nobody is written to whose address the identity provider has not told. */
export async function tellLearner(tx: EntityManager, enrolment: Enrolment, told: MoneyTold): Promise<void> {
  const { email, givenName, displayName } = await tx.findOneOrFail(Learner, enrolment.learnerId)
  if (email === '') return
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const course = await tx.findOneOrFail(Course, run.courseId)
  const params = {
    name: givenName || displayName,
    course: course.title,
    run: run.code,
    amount: `${told.amount.currency} ${majorUnits(told.amount)}`,
    reference: told.paymentId,
  }
  await writeMessage(tx, { kind: told.kind, to: email, language: enrolment.language, params, at: told.at })
}
