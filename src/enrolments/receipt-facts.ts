/** Gathers what a receipt names of the enrolment that was paid for. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { taxOf } from '../courses/price-tax.ts'
import { Learner } from '../learners/learner.ts'
import type { Payment } from '../payments/payment.ts'
import type { ReceiptFacts, SellerContext } from '../payments/payment-subject.ts'
import { Enrolment } from './enrolment.ts'
import { itemDescription } from './item-description.rules.ts'

/** As they stand now: whoever asks keeps them. */
export async function receiptFacts(
  tx: EntityManager,
  { settings }: SellerContext,
  payment: Payment,
): Promise<ReceiptFacts> {
  const enrolment = await tx.findOneOrFail(Enrolment, payment.enrolmentId)
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const { title } = await tx.findOneOrFail(Course, run.courseId)
  const { displayName } = await tx.findOneOrFail(Learner, enrolment.learnerId)
  return { description: itemDescription(title, run), buyerName: displayName, tax: taxOf(run, settings.seller) }
}
