/** Opens the rate limits: in this process, or in Redis when configured. */
import { MemoryRateLimits, type RateLimits } from './rate-limit.ts'

/**
 * The rate limits of this process, or of all replicas when `redisUrl` is given. `onTrouble` hears of Redis failing;
 * meanwhile each replica keeps its own.
 */
export async function openRateLimits(
  redisUrl: string | null,
  onTrouble: (error: unknown) => void,
): Promise<RateLimits> {
  if (redisUrl === null) return new MemoryRateLimits()
  const { openRedis, SharedRateLimits } = await import('./shared-rate-limit.ts')
  return new SharedRateLimits(openRedis(redisUrl), onTrouble)
}
