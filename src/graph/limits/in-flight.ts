/** Limits the requests that a caller has in flight, letting others wait in turn. */
import { FairGate, GateFull, type GateLimits } from '../../values/fair-gate.ts'
import { rateLimited } from '../contract/errors.ts'
import type { GraphRequest } from '../execution/request.ts'
import { rateLimitKey } from './admission.ts'

/**
 * A page of a front end asks some six things at once, a hall of students behind one address as many a second as are answered
 * in milliseconds: 20 of one caller are hardly ever under way. Ten such callers fill the process, whose ten connections for
 * writes and four for reads are busy with far less. A request counts once for each 200 kB of its body that are begun, so that
 * those that wait hold 200 MB at most: of batches of a megabyte one caller has three in flight.
 */
const inFlightLimits: GateLimits = {
  inside: 200,
  insidePerCaller: 20,
  waiting: 1000,
  waitingPerCaller: 100,
}

const WEIGHED_BYTES = 200_000

/** How many times a request counts whose body, or whose answer that is not taken yet, has so many bytes. */
export function weightOfBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WEIGHED_BYTES))
}

/** What is under way is mostly over within this time, in whole seconds. */
const TRY_AGAIN_AFTER_SECONDS = 1

export type HeldBack = 'queued' | 'refused'

export interface InFlightOptions {
  limits?: Partial<GateLimits>
  /** Runs the work so that whatever it asks of others counts as that caller's. */
  onBehalfOf?<Result>(caller: string, work: () => Result): Result
  onHeldBack?(how: HeldBack, caller: string): void
}

type Soon<Value> = Value | Promise<Value>

export class InFlight {
  private readonly limits: GateLimits
  private readonly gate: FairGate
  private readonly options: InFlightOptions

  constructor(options: InFlightOptions = {}) {
    this.options = options
    this.limits = { ...inFlightLimits, ...options.limits }
    this.gate = new FairGate(this.limits)
  }

  /**
   * Begins the work at once where its caller has room, and in turn otherwise. What is done at once is never counted. Throws or
   * rejects with RATE_LIMITED when too many wait, and with the reason of the request's signal when that fires first.
   */
  run<Result>(request: GraphRequest, work: () => Soon<Result>, weight = 1): Soon<Result> {
    const caller = rateLimitKey(request.viewer)
    if (!this.gate.isOpenTo(caller, weight)) {
      return this.wait(caller, request, weight).then(() => this.inside(caller, work, weight))
    }
    const result = this.begin(caller, work)
    if (result instanceof Promise) {
      this.gate.enter(caller, weight)
      this.leaveAfter(caller, result, weight)
    }
    return result
  }

  /** The same for what its caller waits for anyway: it is never turned away. */
  runInTurn<Result>(request: GraphRequest, work: () => Soon<Result>): Soon<Result> {
    const caller = rateLimitKey(request.viewer)
    if (this.gate.isOpenTo(caller)) return this.run(request, work)
    return this.gate.wait(caller, request.signal, 1, true).then(() => this.inside(caller, work))
  }

  /** The caller's share is less until this has settled: an answer that is not taken yet, for one. */
  hold({ viewer }: Pick<GraphRequest, 'viewer'>, until: Promise<unknown>, weight = 1): void {
    const caller = rateLimitKey(viewer)
    this.gate.enter(caller, weight)
    this.leaveAfter(caller, until, weight)
  }

  private begin<Result>(caller: string, work: () => Soon<Result>): Soon<Result> {
    const { onBehalfOf } = this.options
    return onBehalfOf ? onBehalfOf(caller, work) : work()
  }

  private async inside<Result>(caller: string, work: () => Soon<Result>, weight = 1): Promise<Result> {
    try {
      return await this.begin(caller, work)
    } finally {
      this.gate.leave(caller, weight)
    }
  }

  private leaveAfter(caller: string, settled: Promise<unknown>, weight: number): void {
    const leave = () => this.gate.leave(caller, weight)
    settled.then(leave, leave)
  }

  private async wait(caller: string, { signal }: GraphRequest, weight: number): Promise<void> {
    try {
      await this.gate.wait(caller, signal, weight)
      this.options.onHeldBack?.('queued', caller)
    } catch (error) {
      if (!(error instanceof GateFull)) throw error
      this.options.onHeldBack?.('refused', caller)
      const allowed = this.limits.insidePerCaller
      const message = `More is under way and waiting than one caller may have; ask at most ${allowed} things at a time.`
      throw rateLimited(message, TRY_AGAIN_AFTER_SECONDS, { limit: 'requests in flight', allowed })
    }
  }
}
