/** Requests that have to be answered in time. One timer watches all: setting one for each costs more than it seems. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  readonly atMs: number
  readonly pass: () => void
}

export class Deadlines {
  private readonly limitMs: number
  /** Each has as long as the others, so the first that was set is the first to pass. */
  private readonly waiting = new Set<Deadline>()
  private timer: NodeJS.Timeout | null = null

  constructor(limitMs: number) {
    this.limitMs = limitMs
  }

  /** Calls `pass` when the limit has gone by, unless the deadline is met before. */
  set(pass: () => void): Deadline {
    const deadline = { atMs: performance.now() + this.limitMs, pass }
    this.waiting.add(deadline)
    if (this.timer === null) this.watch(this.limitMs)
    return deadline
  }

  /** It was answered. */
  met(deadline: Deadline): void {
    this.waiting.delete(deadline)
  }

  private watch(ms: number): void {
    // whoever waits for an answer keeps the process alive, not the clock
    this.timer = setTimeout(() => this.look(), Math.ceil(ms)).unref()
  }

  private look(): void {
    this.timer = null
    const nowMs = performance.now()
    for (const deadline of this.waiting) {
      if (deadline.atMs > nowMs) {
        this.watch(deadline.atMs - nowMs)
        return
      }
      this.waiting.delete(deadline)
      deadline.pass()
    }
  }
}
