/** Finds the payments that a reconciliation asks their providers about. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { openDisputeStatuses } from '../dispute.states.ts'
import { openRefundStatuses } from '../refund.states.ts'

/** Open payments that nobody touched for so long are asked about: whoever pays is done by then, or has left. */
const STALE_AFTER_MS = 5 * 60_000
/** A refund whose job has not even begun by then has lost it. */
const LOST_AFTER_MS = 60_000
/** Money that has just come is looked at again: refunds and disputes follow it closest. */
const JUST_CAPTURED_MS = 60 * 60_000
/** Of each provider, so that one which does not answer keeps none of the other's from their turn. */
const MOST_QUESTIONS_AGAIN = 50

const ofProvider = (provider: string) => `
  (select id from payment where provider = '${provider}' and look_again_at <= ?
   order by look_again_at limit ${MOST_QUESTIONS_AGAIN})`

const suspects = `
  select id from payment where status in ('PROCESSING', 'UNKNOWN')
  union select id from payment where status in ('CREATED', 'REQUIRES_ACTION') and updated_at < ?
  union select id from payment where captured_at >= ? and status in ('SUCCEEDED', 'CONFLICTED')
  union select payment_id from refund where status = any(?::text[]) and updated_at < ?
  union select payment_id from dispute where status = any(?::text[])
  union ${ofProvider('STRIPE')}
  union ${ofProvider('PAYPAL')}
  order by id`

const listed = (statuses: readonly string[]): string => `{${statuses.join(',')}}`

/**
 * Those that are open too long, that have refunds or disputes under way, whose money has just come, or that nobody has
 * asked about for a week: of these the longest unseen. Each once, by id.
 */
export async function suspectPayments(em: EntityManager, now: Date): Promise<string[]> {
  const before = (ms: number) => new Date(now.getTime() - ms)
  const found = await em.execute<{ id: string }[]>(suspects, [
    before(STALE_AFTER_MS),
    before(JUST_CAPTURED_MS),
    listed(openRefundStatuses),
    before(LOST_AFTER_MS),
    listed(openDisputeStatuses),
    now,
    now,
  ])
  return found.map(({ id }) => id)
}
