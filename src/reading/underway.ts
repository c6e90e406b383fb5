/** Follows what one request reads, until all that it asked for is there. */

/** A page waits no longer for what an upstream says of the moment: it can do without. */
const LIVE_WAIT_MS = 300

export class Underway {
  readonly liveWaitMs: number
  /** Whether an upstream has kept this request waiting for too long, or failed it. */
  missed = false
  private count = 0
  private readonly waiting: (() => void)[] = []

  constructor(liveWaitMs = LIVE_WAIT_MS) {
    this.liveWaitMs = liveWaitMs
  }

  /** Counts the work until it ends, however it ends. */
  follow<Result>(work: Promise<Result>): Promise<Result> {
    this.count += 1
    work.then(this.ended, this.ended)
    return work
  }

  /** Resolves once nothing is under way, and what came last has begun nothing more. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve)
      this.lookLater()
    })
  }

  private readonly ended = () => {
    this.count -= 1
    if (this.waiting.length > 0) this.lookLater()
  }

  /** After the turn in which something came: by then resolvers and loaders have begun what they go on with. */
  private lookLater(): void {
    if (this.count === 0) setImmediate(this.look)
  }

  private readonly look = () => {
    if (this.count > 0) return
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
