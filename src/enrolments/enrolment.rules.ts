/** Decides whether a learner may enrol on a run now, or the first refusal. */
import { openForEnrolment, type RunDates } from '../courses/run-status.rules.ts'
import { instantText } from '../graph/contract/scalars.ts'
import { rateLimitedUntil, refusal } from '../graph/contract/user-error.ts'
import type { PartnerAccount } from '../learners/learner.ts'
import type { Enrolment } from './enrolment.ts'
import { AlreadyEnrolled, EnrolmentClosed, PartnerAccountRequired, RunFull } from './enrolment-errors.ts'

/** Places held for one learner and not paid: one to pay, and two to choose between. Holding costs nothing, and others wait. */
const MOST_UNPAID_HOLDS = 3

export interface EnrolFacts {
  run: RunDates & { priceMinor: number }
  /** The course is not offered any more. */
  withdrawn: boolean
  now: Date
  /** The learner's enrolment that holds a place on the run; null when there is none. */
  active: Enrolment | null
  /** Places left for one more; null when there is no limit, or nobody can say. */
  freePlaces: number | null
  /** The learner's account at the partner, null when there is none; left out where it is not asked. */
  partnerAccount?: PartnerAccount | null
  /** When the learner's unpaid holds end, the first that ends first; left out where they are not counted. */
  holdsEnd?: readonly Date[]
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
  return accountRefusal(facts) ?? holdsRefusal(facts)
}

function accountRefusal({ partnerAccount }: EnrolFacts) {
  if (partnerAccount === undefined || partnerAccount?.status === 'LINKED') return null
  const message = 'Create or link your account at the registration partner first: follow its invitation.'
  return refusal(PartnerAccountRequired, { partnerAccount }, message)
}

/** What costs nothing is not held for a payment. */
function holdsRefusal({ run: { priceMinor }, holdsEnd = [], now }: EnrolFacts) {
  const endsFirst = priceMinor === 0 ? undefined : holdsEnd.at(-MOST_UNPAID_HOLDS)
  if (endsFirst === undefined) return null
  const message = `You hold ${holdsEnd.length} places that are not paid; pay for one, or give one up with cancelEnrolment.`
  return rateLimitedUntil(endsFirst, now, message)
}

function closedMessage({ run: { cancelled, ...dates }, withdrawn, now }: EnrolFacts): string {
  if (withdrawn) return 'This course is not offered any more; choose another course.'
  if (cancelled) return 'This run has been cancelled; choose another run.'
  if (now >= dates.endsAt) return `This run ended at ${instantText(dates.endsAt)}; choose another run.`
  if (now < dates.enrolmentOpensAt) return `Enrolment on this run opens at ${instantText(dates.enrolmentOpensAt)}.`
  return `Enrolment on this run closed at ${instantText(dates.enrolmentClosesAt)}; choose another run.`
}
