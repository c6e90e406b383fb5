/** Acknowledges what a learner declared, in the transaction that does it. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import { messageText } from '../messages/message-text.rules.ts'
import { writeMessage } from '../messages/write-message.ts'
import { Acknowledgement } from '../payments/papers/acknowledgement.ts'
import { Receipt } from '../payments/papers/receipt.ts'
import type { Payment } from '../payments/payment.ts'
import { newId } from '../store/row.ts'
import { spokenInstant } from '../values/dates.ts'
import { majorUnits } from '../values/money.ts'
import type { Enrolment } from './enrolment.ts'

export interface Declared {
  kind: 'WITHDRAWAL_WITH_REFUND' | 'WITHDRAWAL_WITHOUT_REFUND'
  /** What paid for it; null when nothing was to be paid. */
  payment: Payment | null
  /** What goes back, in minor units. */
  backMinor: number
  at: Date
}

/** The row that is never changed, and the mail with the same text where there is an address. Answers its id. */
export async function acknowledge(
  tx: EntityManager,
  enrolment: Enrolment,
  { kind, payment, backMinor, at }: Declared,
): Promise<string> {
  const learner = await tx.findOneOrFail(Learner, enrolment.learnerId)
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const course = await tx.findOneOrFail(Course, run.courseId)
  const receipt = payment && (await tx.findOne(Receipt, { paymentId: payment.id, kind: 'RECEIPT' }))
  const currency = payment?.capturedCurrency ?? payment?.currency ?? run.currency ?? ''
  const money = (amountMinor: number) => `${currency} ${majorUnits({ amountMinor, currency })}`
  const { language } = enrolment
  const params = {
    name: learner.displayName || learner.givenName || learner.email,
    contract: receipt?.number ?? payment?.id ?? enrolment.id,
    course: course.title,
    run: run.code,
    amount: money(payment?.capturedMinor ?? 0),
    back: money(backMinor),
    received: `${spokenInstant(at, run.timeZone, language)} (${run.timeZone}), ${at.toISOString().slice(0, 19)}Z`,
  }
  const to = payment?.buyerEmail || learner.email
  const messageId = to ? await writeMessage(tx, { kind, to, language, params, at }) : null
  const { subject, text } = messageText(kind, language, params)
  const id = newId()
  tx.create(Acknowledgement, {
    id,
    enrolmentId: enrolment.id,
    kind,
    receivedAt: at,
    subject,
    text,
    language,
    messageId,
  })
  await tx.flush()
  return id
}
