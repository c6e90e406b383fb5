/** Decides a run's status at an instant and whether its enrolment window is open. */
import type { RunStatus } from './course-run.ts'

export interface RunDates {
  startsAt: Date
  endsAt: Date
  enrolmentOpensAt: Date
  enrolmentClosesAt: Date
  cancelled: boolean
}

/** The first that holds of CANCELLED, ENDED, RUNNING, OPEN, UPCOMING, CLOSED. */
export function runStatus(run: RunDates, now: Date): RunStatus {
  if (run.cancelled) return 'CANCELLED'
  if (now >= run.endsAt) return 'ENDED'
  if (now >= run.startsAt) return 'RUNNING'
  if (inWindow(run, now)) return 'OPEN'
  return now < run.enrolmentOpensAt ? 'UPCOMING' : 'CLOSED'
}

/** Whether one can enrol now: inside the window, both ends included, on a run that is neither cancelled nor over. */
export function openForEnrolment(run: RunDates, now: Date): boolean {
  return !run.cancelled && now < run.endsAt && inWindow(run, now)
}

function inWindow(run: RunDates, now: Date): boolean {
  return now >= run.enrolmentOpensAt && now <= run.enrolmentClosesAt
}
