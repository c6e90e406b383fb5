/** Prices bad tokens by address, and lets good ones through when all is spent. */
import { isExpiry } from '../../auth/token-refusal.ts'
import { ErrorCode, GraphError, rateLimited } from '../contract/errors.ts'
import { addressKey, rateLimitSizes } from './admission.ts'
import type { RateLimitSize, RateLimits } from './rate-limit.ts'

/** Of an address's anonymous points: 400 bad tokens at once, then 20 a second. */
const BAD_TOKEN_POINTS = 500
/** New tokens of an address without points that may wait for their turn: as many sign-ins as a campus has in a moment. */
const WAITING_TOKENS = 20

/** Tokens of one address that are verified one after the other. */
interface Queue {
  waiting: number
  last: Promise<unknown>
}

export class BadTokens {
  private readonly rateLimits: RateLimits
  private readonly onHeldBack: () => void
  private readonly size: RateLimitSize
  /** Of addresses without points, for as long as a token of theirs waits. */
  private readonly queues = new Map<string, Queue>()

  /** `onHeldBack` hears of each sender who has to wait. */
  constructor(rateLimits: RateLimits, onHeldBack: () => void, size: RateLimitSize = rateLimitSizes.anonymous) {
    this.rateLimits = rateLimits
    this.onHeldBack = onHeldBack
    this.size = size
  }

  /**
   * What `verify` answers about a token that is new here. It is paid for beforehand, and given back unless the token is
   * bad. Who has no points left is verified all the same, one at a time: behind the address of a university others sign
   * in. Throws what `verify` throws, RATE_LIMITED for bad tokens beyond the points; an expired one still hears of it.
   */
  async verified<Found>(address: string, verify: () => Promise<Found>): Promise<Found> {
    const key = addressKey(address)
    const { granted, remaining, retryAfterSeconds } = await this.rateLimits.take(key, this.size, BAD_TOKEN_POINTS)
    try {
      const found = await (granted ? verify() : this.inTurn(key, verify))
      if (granted) this.rateLimits.giveBack(key, this.size, BAD_TOKEN_POINTS)
      return found
    } catch (error) {
      const isBad = error === noTurn || (error instanceof GraphError && error.code !== ErrorCode.UpstreamUnavailable)
      if (granted && !isBad) this.rateLimits.giveBack(key, this.size, BAD_TOKEN_POINTS)
      if (granted || !isBad || isExpiry(error)) throw error
      this.onHeldBack()
      throw this.refusal(remaining, retryAfterSeconds)
    }
  }

  private refusal(budgetRemaining: number, retryAfterSeconds: number): GraphError {
    const message = `Too many bad tokens from this address; try again in ${retryAfterSeconds} s.`
    const cost = { requested: BAD_TOKEN_POINTS, budgetRemaining, restoreRate: this.size.restorePerSecond }
    return rateLimited(message, retryAfterSeconds, { cost })
  }

  private async inTurn<Found>(key: string, verify: () => Promise<Found>): Promise<Found> {
    const queue = this.queues.get(key) ?? { waiting: 0, last: Promise.resolve() }
    if (queue.waiting >= WAITING_TOKENS) throw noTurn
    queue.waiting += 1
    this.queues.set(key, queue)
    const turn = queue.last.then(verify)
    queue.last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      queue.waiting -= 1
      if (queue.waiting === 0) this.queues.delete(key)
    }
  }
}

/** Says that too many tokens of the address wait already. */
const noTurn = new Error('too many tokens wait')
