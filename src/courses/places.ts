/** Reads remaining places live from the partner, batched and cached for seconds. */
import { upstreamUnavailable } from '../graph/contract/errors.ts'
import { defineLiveValues, type Looking } from '../reading/live-values.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import type { CourseSource } from './course-source.ts'

interface Asking extends Looking {
  loads: Loads
  partner: CourseSource
}

const FRESH_MS = 3_000
const REMEMBERED_VALUES = 5_000

const placesAt = defineLiveValues<number | null>(FRESH_MS, REMEMBERED_VALUES)

/**
 * Places that remain on a run, by the partner's uuid; null when it has no limit, or the partner does not know the run. While
 * the partner cannot say it is the last that is known; when nothing is, it fails with UPSTREAM_UNAVAILABLE.
 */
export const placesRemaining = defineLoader<string, number | null, Asking>(
  async (context, runUuids) => {
    const { partner } = context
    const places = await placesAt(partner).read(context, runUuids, async (missing, signal) => {
      const found = await partner.placesRemaining(missing, signal)
      return new Map(missing.map((uuid) => [uuid, found.get(uuid) ?? null]))
    })
    return places.map(({ value, missed }) =>
      value === undefined ? upstreamUnavailable('partner', missed?.retryAfterSeconds) : value,
    )
  },
  { maxBatchSize: 100 },
)
