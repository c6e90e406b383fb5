/** Counts the places of a run that are neither taken nor held. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import type { PlacesSeen } from '../courses/places.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { Enrolment } from './enrolment.ts'

/** Asks the partner now. It decides itself when it registers, so its silence holds nobody up. */
export async function lookForPlaces(
  { partner, now, signal }: Pick<Context, 'partner' | 'now' | 'signal'>,
  runUuid: string,
): Promise<PlacesSeen> {
  const seenAt = now()
  try {
    const places = await partner.placesRemaining([runUuid], signal)
    return { remaining: places.get(runUuid) ?? null, seenAt }
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    return { remaining: null, seenAt }
  }
}

/**
 * Places that are left for one more, null when there is no limit. The run is locked, so that two who ask at once are
 * counted one after the other; `exceptId` is whoever the place is for.
 */
export async function freePlaces(
  tx: EntityManager,
  runId: string,
  { remaining, seenAt }: PlacesSeen,
  exceptId: string | null = null,
): Promise<number | null> {
  if (remaining === null) return null
  const held = await tx.count(Enrolment, {
    runId,
    ...(exceptId !== null && { id: { $ne: exceptId } }),
    $or: [
      { status: { $in: ['PENDING_PAYMENT', 'PAID', 'REGISTERING'] } },
      // Registered since the partner was asked: not in its answer yet.
      { status: 'REGISTERED', registeredAt: { $gte: seenAt } },
    ],
  })
  return remaining - held
}

const heldOnRuns = statement<{ runId: string; held: number }>(
  'places-held-on-runs',
  `select p.run_id, count(e.id)::int as held
   from unnest($1::uuid[], $2::timestamptz[]) as p(run_id, seen_at)
   left join enrolment e on e.run_id = p.run_id and (e.status in ('PENDING_PAYMENT', 'PAID', 'REGISTERING')
     or (e.status = 'REGISTERED' and e.registered_at >= p.seen_at))
   group by p.run_id`,
)

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** Places of a run that the partner does not know of, or did not when it was asked: the same without a lock. */
export const placesHeld = defineLoader<{ runId: string; seenAt: Date }, number, Reading>(
  async ({ read }, runs) => {
    const asked = [runs.map(({ runId }) => runId), runs.map(({ seenAt }) => seenAt)]
    const rows = await read.rows(heldOnRuns, asked)
    const heldOf = new Map(rows.map(({ runId, held }) => [runId, held]))
    return runs.map(({ runId }) => heldOf.get(runId) ?? 0)
  },
  { cacheKey: ({ runId }) => runId },
)
