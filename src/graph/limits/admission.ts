/** Admits operations by cost and rate limit and reports the cost in the answer. */
import type { Viewer } from '../../auth/viewer.ts'
import { type GraphError, rateLimited, tooComplex } from '../contract/errors.ts'
import type { GraphRequest } from '../execution/request.ts'
import type { Variables } from '../execution/variables.ts'
import type { CostPlan } from './cost.ts'
import type { RateLimitSize, RateLimits, Taken } from './rate-limit.ts'
import { bodyPoints, documentPoints } from './weights.ts'

/** Anonymous callers by address; everybody who is signed in; institutions' machines and routers. */
export type RateLimitSizes = Readonly<Record<'anonymous' | 'person' | 'client', RateLimitSize>>

/**
 * A point is some 10 µs of processor time (weights.ts), so that 10,000 each second are a tenth of one core, and a quarter
 * where a field is 2.5 times too cheap. A page of 20 courses with 20 runs each, prices and credit is asked at about 1,000
 * points and used at a fraction of it; the unused rest is given back. No operation may cost more than a full bucket.
 * Institutions' machines are known by name, and may use a whole core.
 *
 * Batches of eligibility: 1,000 checks of at most six courses each are asked at about 21,000 points, of twelve claims at
 * 98,000, so that an institution's machine asks for its sheets without a pause, and a person now and then. From 13 claims on
 * a check may search for 1 ms and more: 1,000 checks of 31 courses each, two million points, are nobody's at once; people and
 * addresses ask 90 such checks at a time, machines 450. A check has the same price whatever policy it is judged by: which
 * one is known only once it is read, what is made of it serves all checks of a batch, and a limit of its characters
 * (transfer-bounds.ts) keeps the rest below the price of a read.
 */
export const rateLimitSizes: RateLimitSizes = {
  anonymous: { points: 200_000, restorePerSecond: 10_000 },
  person: { points: 200_000, restorePerSecond: 10_000 },
  client: { points: 1_000_000, restorePerSecond: 100_000 },
}

/** The most that an operation can cost, taken from its caller's rate limit until the answer is known. */
export interface ReservedCost {
  key: string
  size: RateLimitSize
  requested: number
  remaining: number
}

/** In `extensions.cost` of every answer. */
export interface CostReport {
  requested: number
  actual: number
  budgetRemaining: number
  /** Points that flow back each second. */
  restoreRate: number
}

/** As JSON.stringify writes it, which takes longer for so little. */
export function costJson({ requested, actual, budgetRemaining, restoreRate }: CostReport): string {
  return `{"requested":${requested},"actual":${actual},"budgetRemaining":${budgetRemaining},"restoreRate":${restoreRate}}`
}

/** Whose rate limit it is: a person's or machine's own, or that of an address. */
export function rateLimitKey({ key, anonymous }: Viewer): string {
  return anonymous ? addressKey(key.slice('anonymous:'.length)) : key
}

/** An IPv6 customer has a whole /64 of addresses: they share a rate limit. */
export function addressKey(address: string): string {
  // Neither IPv4 nor IPv4 written as IPv6.
  if (!address.includes(':') || address.includes('.')) return `anonymous:${address}`
  const [head = ''] = address.split('::')
  const network = [...head.split(':'), '0', '0', '0', '0'].slice(0, 4)
  return `anonymous:${network.map((group) => group || '0').join(':')}`
}

export type KindOfCaller = 'anonymous' | 'person' | 'client' | 'gateway'

/** The kind of caller behind a viewer's key or rate limit's key; the gateway's own work has none. */
export function kindOfCaller(key: string): KindOfCaller {
  if (key.startsWith('anonymous:')) return 'anonymous'
  if (key.startsWith('client:')) return 'client'
  return key.startsWith('user:') ? 'person' : 'gateway'
}

export class Admission {
  private readonly rateLimits: RateLimits
  private readonly sizes: RateLimitSizes

  private readonly onRefused: (caller: string) => void

  /** `onRefused` hears of each caller whose rate limit holds too little. */
  constructor(
    rateLimits: RateLimits,
    sizes: RateLimitSizes = rateLimitSizes,
    onRefused: (caller: string) => void = () => undefined,
  ) {
    this.rateLimits = rateLimits
    this.sizes = sizes
    this.onRefused = onRefused
  }

  /** Reserves the most that the operation can cost. Not a promise when the rate limits are in memory. */
  admit(
    plan: CostPlan,
    variables: Variables,
    { viewer }: GraphRequest,
  ): ReservedCost | GraphError | Promise<ReservedCost | GraphError> {
    const requested = plan.requested(variables)
    const size = this.sizeFor(viewer)
    if (requested > size.points) return tooComplex('cost points', requested, size.points)
    const key = rateLimitKey(viewer)
    const taken = this.rateLimits.take(key, size, requested)
    if (taken instanceof Promise) return taken.then((settled) => this.reserved(settled, key, size, requested))
    return this.reserved(taken, key, size, requested)
  }

  private reserved(taken: Taken, key: string, size: RateLimitSize, requested: number): ReservedCost | GraphError {
    if (!taken.granted) this.onRefused(key)
    return reservedCost(taken, key, size, requested)
  }

  /** Takes what it costs to parse and validate a document that is not known; it is not given back. */
  admitDocument(text: string, { viewer }: Pick<GraphRequest, 'viewer'>): Promise<GraphError | null> {
    return this.spend(documentPoints(text), viewer)
  }

  /** Takes what it costs to read and parse a large body; it is not given back. */
  admitBody(bytes: number, viewer: Viewer): Promise<GraphError | null> {
    return this.spend(bodyPoints(bytes), viewer)
  }

  private async spend(points: number, viewer: Viewer): Promise<GraphError | null> {
    const size = this.sizeFor(viewer)
    const key = rateLimitKey(viewer)
    const taken = await this.rateLimits.take(key, size, points)
    if (taken.granted) return null
    this.onRefused(key)
    return exhausted(taken, size, points)
  }

  private sizeFor({ anonymous, client, router }: Viewer): RateLimitSize {
    return this.sizes[anonymous ? 'anonymous' : client || router ? 'client' : 'person']
  }

  /** Gives back what was not used of an answer that came to `cost`, or takes what is missing, and reports it. */
  settle(reserved: ReservedCost, cost: number): CostReport {
    const { key, size, requested, remaining } = reserved
    const actual = Math.max(1, cost)
    if (actual < requested) this.rateLimits.giveBack(key, size, requested - actual)
    this.takeMore(reserved, actual - requested)
    const budgetRemaining = Math.max(0, remaining + requested - actual)
    return { requested, actual, budgetRemaining, restoreRate: size.restorePerSecond }
  }

  /** Takes points that nobody could foresee, such as those of long texts, whether there are as many or not. */
  takeMore({ key, size }: ReservedCost, points: number): void {
    if (points > 0) this.rateLimits.takeAnyway(key, size, points)
  }
}

function reservedCost(taken: Taken, key: string, size: RateLimitSize, requested: number): ReservedCost | GraphError {
  if (taken.granted) return { key, size, requested, remaining: taken.remaining }
  return exhausted(taken, size, requested)
}

function exhausted({ remaining, retryAfterSeconds }: Taken, { restorePerSecond }: RateLimitSize, requested: number) {
  const message = `This would cost ${requested} points and your budget holds ${remaining} now; ask again in ${retryAfterSeconds} s.`
  const cost = { requested, budgetRemaining: remaining, restoreRate: restorePerSecond }
  return rateLimited(message, retryAfterSeconds, { cost })
}
