/** Shares cached answers between replicas through Redis when it is configured. */
import type { Redis } from 'ioredis'
import { redisBreaker } from '../limits/shared-rate-limit.ts'
import type { Kept, SharedAnswers } from './response-cache.ts'

const versionKey = 'answers:version'

/**
 * Each change begins a new version, and keys name the version that they belong to: nothing has to be found and deleted,
 * what is old ends by itself. While the version is not known, nothing is shared.
 */
export class RedisSharedAnswers implements SharedAnswers {
  private readonly redis: Redis
  private readonly onTrouble: (error: unknown) => void
  private readonly breaker = redisBreaker()
  private version: string | null = null
  private ready = false

  constructor(redis: Redis, onTrouble: (error: unknown) => void) {
    this.redis = redis
    this.onTrouble = onTrouble
    redis.on('error', onTrouble)
    redis.on('ready', () => {
      this.ready = true
      // Also after Redis was away: changes may have come meanwhile.
      void this.forget(false)
    })
    redis.on('close', () => {
      this.ready = false
      this.version = null
    })
  }

  async get(key: string): Promise<Kept | null> {
    if (this.version === null) return null
    try {
      const text = await this.breaker.execute(() => this.redis.get(this.named(key)))
      return text === null ? null : JSON.parse(text)
    } catch (error) {
      // The request goes on, by reading the answer anew.
      this.onTrouble(error)
      return null
    }
  }

  set(key: string, kept: Kept, maxAgeMs: number): void {
    if (this.version === null) return
    const [name, text] = [this.named(key), JSON.stringify(kept)]
    // What is not kept is read anew.
    this.breaker.execute(() => this.redis.set(name, text, 'PX', maxAgeMs)).catch(this.onTrouble)
  }

  async forget(byUs: boolean): Promise<void> {
    this.version = null
    if (!this.ready) return
    try {
      this.version = byUs ? String(await this.redis.incr(versionKey)) : ((await this.redis.get(versionKey)) ?? '0')
    } catch (error) {
      // Nothing is shared until the version is known: with the next change, or once Redis is there again.
      this.onTrouble(error)
    }
  }

  async close(): Promise<void> {
    this.redis.disconnect()
  }

  private named(key: string): string {
    return `answers:${this.version}:${key}`
  }
}
