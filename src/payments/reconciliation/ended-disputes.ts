/** Finds ended disputes whose turn it is to be looked at again. */
import type { EntityManager } from '@mikro-orm/postgresql'

const DAY_MS = 86_400_000
/** Banks reopen what they decided for about so long; of PayPal's the list of changed disputes tells. */
const LOOKED_AT_FOR_MS = 180 * DAY_MS
/** Some minutes less than a day, so that the pass of the same time finds it due. */
const LOOKED_AT_EVERY_MS = (24 * 60 - 5) * 60_000
const MOST_DISPUTES = 100

/** Their payments, those that were not looked at for longest first. */
export async function endedDisputes(em: EntityManager, now: Date): Promise<string[]> {
  const rows = await em.execute<{ paymentId: string }[]>(
    `select d.payment_id as "paymentId" from dispute d join payment p on p.id = d.payment_id
     where d.closed_at >= ? and d.looked_at <= ? and p.provider = 'STRIPE' order by d.looked_at, d.id limit ${MOST_DISPUTES}`,
    [new Date(now.getTime() - LOOKED_AT_FOR_MS), new Date(now.getTime() - LOOKED_AT_EVERY_MS)],
  )
  return rows.map(({ paymentId }) => paymentId)
}
