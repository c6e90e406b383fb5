/** Limits callers by buckets in Redis that all replicas share. */
import { Redis } from 'ioredis'
import { MemoryRateLimits, type RateLimitSize, type RateLimits, type Taken, takenOf } from './rate-limit.ts'

/** A request waits no longer for Redis than this, in ms: then this replica's own memory decides. */
const REDIS_TIMEOUT_MS = 100
/** Least time between two complaints, in ms. */
const COMPLAINS_EVERY_MS = 10_000

/** Connects; commands fail at once while there is no connection, and after `commandTimeout` ms without an answer. */
export function openRedis(url: string, commandTimeout = REDIS_TIMEOUT_MS): Redis {
  return new Redis(url, { commandTimeout, maxRetriesPerRequest: 0, enableOfflineQueue: false })
}

/** Restores, then takes when there is room, or anyway; a negative number gives back. Answers the points in use before. */
const script = `
local nowMs = redis.call('TIME')
nowMs = nowMs[1] * 1000 + math.floor(nowMs[2] / 1000)
local held, rate, points = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'used', 'atMs')
local used, atMs = tonumber(bucket[1]) or 0, tonumber(bucket[2]) or nowMs
-- Redis's clock may step back, after a failover for one
used = math.max(0, used - math.max(0, nowMs - atMs) / 1000 * rate)
local after = used
if used + points <= held or ARGV[4] == 'anyway' then after = math.max(0, used + points) end
redis.call('HSET', KEYS[1], 'used', tostring(after), 'atMs', nowMs)
redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(held, after) / rate * 1000) + 1000)
return tostring(used)
`

export class SharedRateLimits implements RateLimits {
  private readonly redis: Redis
  private readonly own = new MemoryRateLimits()
  private readonly onTrouble: (error: unknown) => void
  private complainedMs = -COMPLAINS_EVERY_MS

  /** `onTrouble` hears of Redis failing; meanwhile each replica keeps its own buckets. */
  constructor(redis: Redis, onTrouble: (error: unknown) => void) {
    this.redis = redis
    this.onTrouble = onTrouble
    redis.on('error', (error) => this.complain(error))
  }

  /** Once in a while: an outage is not told once for each request. */
  private complain(error: unknown): void {
    const nowMs = performance.now()
    if (nowMs - this.complainedMs < COMPLAINS_EVERY_MS) return
    this.complainedMs = nowMs
    this.onTrouble(error)
  }

  async take(key: string, size: RateLimitSize, points: number): Promise<Taken> {
    try {
      return takenOf(await this.move(key, size, points), size, points)
    } catch (error) {
      this.complain(error)
      return this.own.take(key, size, points)
    }
  }

  giveBack(key: string, size: RateLimitSize, points: number): void {
    this.move(key, size, -points).catch((error: unknown) => this.complain(error))
  }

  takeAnyway(key: string, size: RateLimitSize, points: number): void {
    this.move(key, size, points, 'anyway').catch((error: unknown) => this.complain(error))
  }

  async close(): Promise<void> {
    this.redis.disconnect()
  }

  private async move(
    key: string,
    { points: held, restorePerSecond }: RateLimitSize,
    points: number,
    how: 'when it fits' | 'anyway' = 'when it fits',
  ): Promise<number> {
    return Number(await this.redis.eval(script, 1, `rate-limit:${key}`, held, restorePerSecond, points, how))
  }
}
