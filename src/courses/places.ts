/** Reads remaining places live from the partner, batched and cached for seconds. */
import { LRUCache } from 'lru-cache'
import { upstreamUnavailable } from '../graph/contract/errors.ts'
import { defineLoader, type Loads } from '../reading/loader.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import type { CourseSource } from './course-source.ts'

interface Asking {
  loads: Loads
  partner: CourseSource
  signal: AbortSignal
}

/** One cache for each partner: tests run several worlds in one process. */
const remembered = new WeakMap<CourseSource, LRUCache<string, { places: number | null }>>()
const REMEMBER_MS = 3_000

function cacheOf(partner: CourseSource) {
  let cache = remembered.get(partner)
  if (!cache) {
    cache = new LRUCache({ max: 5_000, ttl: REMEMBER_MS })
    remembered.set(partner, cache)
  }
  return cache
}

/**
 * Places that remain on a run, by the partner's uuid; null when it has no limit, or the partner does not know the run.
 * Fails with UPSTREAM_UNAVAILABLE when the partner cannot say.
 */
export const placesRemaining = defineLoader<string, number | null, Asking>(
  async ({ partner, signal }, runUuids) => {
    const cache = cacheOf(partner)
    const missing = runUuids.filter((uuid) => !cache.has(uuid))
    try {
      if (missing.length) {
        const found = await partner.placesRemaining(missing, signal)
        for (const uuid of missing) cache.set(uuid, { places: found.get(uuid) ?? null })
      }
      return runUuids.map((uuid) => cache.get(uuid)?.places ?? null)
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error
      return runUuids.map((uuid) => cache.get(uuid)?.places ?? upstreamUnavailable('partner', error.retryAfterSeconds))
    }
  },
  { maxBatchSize: 100 },
)
