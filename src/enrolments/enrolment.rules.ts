/** Decides whether a learner may enrol on a run now, or the first refusal. */
import { openForEnrolment, type RunDates } from '../courses/run-status.rules.ts'
import { instantText } from '../graph/contract/scalars.ts'
import { refusal } from '../graph/contract/user-error.ts'
import type { Enrolment } from './enrolment.ts'
import { AlreadyEnrolled, EnrolmentClosed, RunFull } from './enrolment-errors.ts'

export interface EnrolFacts {
  run: RunDates
  /** The course is not offered any more. */
  withdrawn: boolean
  now: Date
  /** The learner's enrolment that holds a place on the run; null when there is none. */
  active: Enrolment | null
  /** Places left for one more; null when there is no limit, or nobody can say. */
  freePlaces: number | null
}

const run = ['input', 'courseRunId']

/** Why not; null when the learner may. */
export function enrolmentRefusal(facts: EnrolFacts) {
  if (facts.active !== null) {
    const message = 'You have a place on this run already.'
    return refusal(AlreadyEnrolled, { enrolment: facts.active }, message, run)
  }
  if (facts.withdrawn || !openForEnrolment(facts.run, facts.now)) {
    const { enrolmentOpensAt: opensAt, enrolmentClosesAt: closesAt } = facts.run
    return refusal(EnrolmentClosed, { opensAt, closesAt }, closedMessage(facts), run)
  }
  if (facts.freePlaces !== null && facts.freePlaces <= 0) {
    return refusal(RunFull, {}, 'Every place on this run is taken; choose another run.', run)
  }
  return null
}

function closedMessage({ run: { cancelled, ...dates }, withdrawn, now }: EnrolFacts): string {
  if (withdrawn) return 'This course is not offered any more; choose another course.'
  if (cancelled) return 'This run has been cancelled; choose another run.'
  if (now >= dates.endsAt) return `This run ended at ${instantText(dates.endsAt)}; choose another run.`
  if (now < dates.enrolmentOpensAt) return `Enrolment on this run opens at ${instantText(dates.enrolmentOpensAt)}.`
  return `Enrolment on this run closed at ${instantText(dates.enrolmentClosesAt)}; choose another run.`
}
