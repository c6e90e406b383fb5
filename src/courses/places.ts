/** Reads remaining places live from the partner, batched and cached for seconds. */
import { upstreamUnavailable } from '../graph/contract/errors.ts'
import { defineLiveValues, type LiveValue, type Looking } from '../reading/live-values.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import type { CourseSource } from './course-source.ts'

interface Asking extends Looking {
  loads: Loads
  partner: CourseSource
  now(): Date
}

/** What the partner said, and when it was asked; `remaining` is null when there is no limit, or it cannot say. */
export interface PlacesSeen {
  remaining: number | null
  seenAt: Date
}

const FRESH_MS = 3_000
const REMEMBERED_VALUES = 5_000
/** As many as the partner answers about in one call. */
const RUNS_AT_ONCE_SIZE = 100

const placesAt = defineLiveValues<PlacesSeen>(FRESH_MS, REMEMBERED_VALUES)

/** Places that remain on a run, by the partner's uuid: of now, or the last that is known while the partner cannot say. */
export const placesSeen = defineLoader<string, LiveValue<PlacesSeen>, Asking>(
  (context, runUuids) => {
    const { partner, now } = context
    return placesAt(partner).read(context, runUuids, async (missing, signal) => {
      const seenAt = now()
      const found = await partner.placesRemaining(missing, signal)
      return new Map(missing.map((uuid) => [uuid, { remaining: found.get(uuid) ?? null, seenAt }]))
    })
  },
  { maxBatchSize: RUNS_AT_ONCE_SIZE },
)

/** Null when the run has no limit, or the partner does not know it. Throws UPSTREAM_UNAVAILABLE when nothing is known. */
export async function placesRemaining(context: Asking, runUuid: string): Promise<number | null> {
  const { value, missed } = await placesSeen(context, runUuid)
  if (value === undefined) throw upstreamUnavailable('partner', missed?.retryAfterSeconds)
  return value.remaining
}
