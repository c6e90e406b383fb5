/** Limits callers by buckets in Redis that all replicas share. */
import { ConsecutiveBreaker, circuitBreaker, handleAll, type IPolicy } from 'cockatiel'
import { Redis } from 'ioredis'
import { MemoryRateLimits, type RateLimitSize, type RateLimits, type Taken, takenOf } from './rate-limit.ts'

/** A request waits no longer for Redis than this, in ms: then this replica's own memory decides. */
const REDIS_TIMEOUT_MS = 100
/** After so many commands in a row that failed Redis is asked no more, but for one command each while, in ms. */
const GIVES_UP_AFTER_FAILURES = 5
const ASKS_AGAIN_AFTER_MS = 1_000

/** Connects; commands fail at once while there is no connection, and after `commandTimeout` ms without an answer. */
export function openRedis(url: string, commandTimeout = REDIS_TIMEOUT_MS): Redis {
  return new Redis(url, { commandTimeout, maxRetriesPerRequest: 0, enableOfflineQueue: false })
}

/** Keeps requests from waiting for a Redis that does not answer: what is not asked fails at once, as without connection. */
export function redisBreaker(): IPolicy {
  return circuitBreaker(handleAll, {
    halfOpenAfter: ASKS_AGAIN_AFTER_MS,
    breaker: new ConsecutiveBreaker(GIVES_UP_AFTER_FAILURES),
  })
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
  private readonly breaker = redisBreaker()

  /** `onTrouble` hears of Redis failing; meanwhile each replica keeps its own buckets. */
  constructor(redis: Redis, onTrouble: (error: unknown) => void) {
    this.redis = redis
    this.onTrouble = onTrouble
    redis.on('error', onTrouble)
  }

  async take(key: string, size: RateLimitSize, points: number): Promise<Taken> {
    try {
      return takenOf(await this.move(key, size, points), size, points)
    } catch (error) {
      // The request goes on, by the bucket of this replica alone.
      this.onTrouble(error)
      return this.own.take(key, size, points)
    }
  }

  giveBack(key: string, size: RateLimitSize, points: number): void {
    // Points that are not given back flow back by themselves.
    this.move(key, size, -points).catch(this.onTrouble)
  }

  takeAnyway(key: string, size: RateLimitSize, points: number): void {
    this.move(key, size, points, 'anyway').catch(this.onTrouble)
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
    const name = `rate-limit:${key}`
    const move = () => this.redis.eval(script, 1, name, held, restorePerSecond, points, how)
    return Number(await this.breaker.execute(move))
  }
}
