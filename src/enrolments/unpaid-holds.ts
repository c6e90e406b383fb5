/** Refuses another unpaid hold to a learner who has as many as may be. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { rateLimitedUntil } from '../graph/contract/user-error.ts'
import { Enrolment } from './enrolment.ts'

/** Places held for one learner and not paid: one to pay, and two to choose between. Holding costs nothing, and others wait. */
const MOST_UNPAID_HOLDS = 3

/** Null when the learner, whom the caller has locked, may hold one more place. */
export async function unpaidHoldRefusal(context: Context, tx: EntityManager, learnerId: string) {
  const now = context.now()
  const held = await tx.find(
    Enrolment,
    { learnerId, status: 'PENDING_PAYMENT', holdExpiresAt: { $gt: now } },
    { orderBy: { holdExpiresAt: 'asc' } },
  )
  const endsFirst = held.at(-MOST_UNPAID_HOLDS)
  if (endsFirst === undefined) return null
  context.heldBack(context.viewer, 'unpaid-holds')
  const message = `You hold ${held.length} places that are not paid; pay for one, or give one up with cancelEnrolment.`
  return rateLimitedUntil(endsFirst.holdExpiresAt as Date, now, message)
}
