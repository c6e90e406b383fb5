/** Writes a learner what has become of an enrolment's money or run. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Course } from '../courses/course.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Learner } from '../learners/learner.ts'
import type { Language } from '../messages/language.ts'
import { writeMessage } from '../messages/write-message.ts'
import { stableUuid } from '../store/stable-uuid.ts'
import { type Money, majorUnits } from '../values/money.ts'
import type { Enrolment } from './enrolment.ts'

/** What is told of money. */
export type MoneyMessage = 'PAYMENT_RECEIVED' | 'REFUND_SUCCEEDED' | 'REFUND_FAILED' | 'REFUND_SETTLED_OUTSIDE'

export interface MoneyTold {
  kind: MoneyMessage
  amount: Money
  /** The payment's id. */
  paymentId: string
  at: Date
}

/** Nobody is written to whose address the identity provider has not told. */
export async function tellLearner(
  tx: EntityManager,
  enrolment: Enrolment,
  { kind, amount, paymentId: reference, at }: MoneyTold,
): Promise<void> {
  const told = await addressed(tx, enrolment)
  if (told === null) return
  const { to, about } = told
  const params = { ...about, amount: `${amount.currency} ${majorUnits(amount)}`, reference }
  await writeMessage(tx, { kind, to, language: enrolment.language, params, at })
}

/** A run that was called off: once for each time that it is. */
export async function tellOfCancelledRun(tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> {
  const told = await addressed(tx, enrolment)
  if (told === null) return
  const { to, about, run } = told
  const id = stableUuid(`RUN_CANCELLED:${enrolment.id}:${run.cancelledAt?.toISOString()}`)
  const params = { ...about, reference: referenceOf(enrolment) }
  await writeMessage(tx, { kind: 'RUN_CANCELLED', to, language: enrolment.language, params, at, id })
}

/** A start that is another day's. */
export async function tellOfMovedRun(
  tx: EntityManager,
  enrolment: Enrolment,
  { from, to: until, at }: { from: Date; to: Date; at: Date },
): Promise<void> {
  const told = await addressed(tx, enrolment)
  if (told === null) return
  const { to, about, run } = told
  const { language } = enrolment
  const inWords = new Intl.DateTimeFormat(localeOf[language], { dateStyle: 'long', timeZone: run.timeZone })
  const days = { from: inWords.format(from), to: inWords.format(until) }
  const params = { ...about, ...days, reference: referenceOf(enrolment) }
  await writeMessage(tx, { kind: 'RUN_MOVED', to, language, params, at })
}

const localeOf: Readonly<Record<Language, string>> = { en: 'en-GB', cy: 'cy' }

/** By which we find it again; a free place has no payment. */
const referenceOf = ({ id, paymentId }: Enrolment): string => paymentId ?? id

/** Where to write, and of what; null when there is no address. */
async function addressed(tx: EntityManager, enrolment: Enrolment) {
  const { email, givenName, displayName } = await tx.findOneOrFail(Learner, enrolment.learnerId)
  if (email === '') return null
  const run = await tx.findOneOrFail(CourseRun, enrolment.runId)
  const course = await tx.findOneOrFail(Course, run.courseId)
  return { to: email, run, about: { name: givenName || displayName, course: course.title, run: run.code } }
}
