/** Limits callers by leaky buckets of cost points in this process's memory. */
import { LRUCache } from 'lru-cache'

/** A bucket: how many points it holds, and how many flow back each second. */
export interface RateLimitSize {
  points: number
  restorePerSecond: number
}

export interface Taken {
  granted: boolean
  /** Points left after they were taken, or as they are when it was not granted. */
  remaining: number
  /** Whole seconds until it would be granted; 0 when it was. */
  retryAfterSeconds: number
}

export interface RateLimits {
  /** Takes points from the caller's bucket when it holds as many. */
  take(key: string, size: RateLimitSize, points: number): Taken | Promise<Taken>
  /** Gives back what was taken and not used. */
  giveBack(key: string, size: RateLimitSize, points: number): void
  /** Takes points of work that is done already: the caller waits so much longer for the next. */
  takeAnyway(key: string, size: RateLimitSize, points: number): void
  close(): Promise<void>
}

interface Bucket {
  /** Points used and not yet restored. */
  used: number
  atMs: number
}

/** Callers whose buckets are kept; the least active are forgotten, and theirs are full again. */
const REMEMBERED_CALLERS = 100_000

/** What comes of taking points, given the points in use now. */
export function takenOf(used: number, { points: held, restorePerSecond }: RateLimitSize, points: number): Taken {
  const granted = used + points <= held
  const over = used + points - held
  return {
    granted,
    remaining: Math.max(0, Math.floor(held - used - (granted ? points : 0))),
    retryAfterSeconds: granted ? 0 : Math.max(1, Math.ceil(over / restorePerSecond)),
  }
}

export class MemoryRateLimits implements RateLimits {
  private readonly buckets = new LRUCache<string, Bucket>({
    // With `max` it would make room for all of them at the start.
    maxSize: REMEMBERED_CALLERS,
    sizeCalculation: () => 1,
  })
  private readonly nowMs: () => number

  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs
  }

  take(key: string, size: RateLimitSize, points: number): Taken {
    const bucket = this.bucketOf(key, size)
    const taken = takenOf(bucket.used, size, points)
    if (taken.granted) bucket.used += points
    return taken
  }

  giveBack(key: string, _size: RateLimitSize, points: number): void {
    // One that is forgotten is full again.
    const bucket = this.buckets.peek(key)
    if (bucket) bucket.used = Math.max(0, bucket.used - points)
  }

  takeAnyway(key: string, size: RateLimitSize, points: number): void {
    this.bucketOf(key, size).used += points
  }

  async close(): Promise<void> {
    this.buckets.clear()
  }

  private bucketOf(key: string, { restorePerSecond }: RateLimitSize): Bucket {
    const atMs = this.nowMs()
    let bucket = this.buckets.get(key)
    if (bucket === undefined) {
      bucket = { used: 0, atMs }
      this.buckets.set(key, bucket)
    }
    bucket.used = Math.max(0, bucket.used - ((atMs - bucket.atMs) / 1000) * restorePerSecond)
    bucket.atMs = atMs
    return bucket
  }
}
