/** Watches whether this process's ways to PostgreSQL work, for readiness and liveness. */

/** A way to PostgreSQL; rejects, or says no, while it does not lead there. */
export type Way = () => Promise<boolean>

export interface StoreReachOptions {
  /** Ways that the process holds open, by name. */
  ways: Readonly<Record<string, Way>>
  /** Opens a connection anew, as a new process would. */
  fresh: Way
  nowMs?: () => number
}

const LOOK_EVERY_MS = 5_000
const STUCK_AFTER_MS = 60_000

const leads = (way: Way) => way().catch(() => false)

export class StoreReach {
  private readonly options: StoreReachOptions
  private readonly nowMs: () => number
  /** Since when a way has led nowhere although a fresh connection works. */
  private stuckSinceMs: number | null = null
  private readonly watch: NodeJS.Timeout

  constructor(options: StoreReachOptions) {
    this.options = options
    this.nowMs = options.nowMs ?? (() => performance.now())
    this.watch = setInterval(() => this.look(), LOOK_EVERY_MS).unref()
  }

  /** Looks at every way; while PostgreSQL itself is away nobody is stuck, for a new process would fare no better. */
  async look(): Promise<void> {
    const all = await Promise.all(Object.values(this.options.ways).map(leads))
    const isStuck = all.includes(false) && (await leads(this.options.fresh))
    if (!isStuck) this.stuckSinceMs = null
    else this.stuckSinceMs ??= this.nowMs()
  }

  /** Whether a new process would reach what this one has not reached for a minute. */
  get isStuck(): boolean {
    return this.stuckSinceMs !== null && this.nowMs() - this.stuckSinceMs >= STUCK_AFTER_MS
  }

  close(): void {
    clearInterval(this.watch)
  }
}
