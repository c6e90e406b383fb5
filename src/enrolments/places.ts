/** Counts the places of a run that are neither taken nor held. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Context } from '../context.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import { Enrolment } from './enrolment.ts'

/** What the partner said, and when it was asked; `remaining` is null when there is no limit, or it cannot say. */
export interface PlacesSeen {
  remaining: number | null
  seenAt: Date
}

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
