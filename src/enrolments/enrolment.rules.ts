/** May this learner enrol on this run now? Pure: refusals as data, the first that holds. */
import { openForEnrolment, type RunDates } from '../courses/run-status.rules.ts'
import { instantText } from '../graph/scalars.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'

export interface EnrolFacts {
  run: RunDates
  now: Date
  termsAccepted: boolean
  /** Places that the partner says remain; null when there is no limit or it cannot say. */
  placesRemaining: number | null
  /** Places held here by learners who have not registered yet. */
  heldHere: number
}

/** Why not, or null. */
export function enrolRefusal({ run, now, termsAccepted, placesRemaining, heldHere }: EnrolFacts): Refusal | null {
  if (!termsAccepted) {
    return refusal('InvalidInput', 'The terms must be accepted: termsAccepted has to be true.', [
      'input',
      'termsAccepted',
    ])
  }
  if (!openForEnrolment(run, now)) {
    const { enrolmentOpensAt: opensAt, enrolmentClosesAt: closesAt } = run
    return refusal('EnrolmentClosed', closedMessage(run, now), ['input', 'courseRunId'], { opensAt, closesAt })
  }
  if (placesRemaining !== null && placesRemaining - heldHere <= 0) {
    return refusal('RunFull', 'This run is full; choose another run.', ['input', 'courseRunId'])
  }
  return null
}

function closedMessage(run: RunDates, now: Date): string {
  if (run.cancelled) return 'This run was cancelled; choose another run.'
  if (now < run.enrolmentOpensAt) return `Enrolment on this run opens at ${instantText(run.enrolmentOpensAt)}.`
  return `Enrolment on this run closed at ${instantText(run.enrolmentClosesAt)}; choose another run.`
}
