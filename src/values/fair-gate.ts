/** Lets callers in up to their limits, and those who wait in turn by caller. */

export interface GateLimits {
  /** Inside at once, and of these from one caller. */
  inside: number
  insidePerCaller: number
  /** Waiting at once, and of these from one caller. */
  waiting: number
  waitingPerCaller: number
}

/** As many wait already as may. */
export class GateFull extends Error {
  override readonly name = 'GateFull'
}

interface Waiter {
  enter(): void
}

/** The process's own work belongs to nobody: it has no share of its own, and its turn like everybody. */
export const OWN_WORK = ''

export class FairGate {
  private readonly limits: GateLimits
  private readonly inside = new Map<string, number>()
  /** By caller; the first in the map is the next to have a turn. */
  private readonly waiting = new Map<string, Waiter[]>()
  private insideCount = 0
  private waitingCount = 0

  constructor(limits: GateLimits) {
    this.limits = limits
  }

  /** Whether the caller may go in without waiting. Whoever waits while there is room has their own share inside. */
  isOpenTo(caller: string): boolean {
    if (this.insideCount >= this.limits.inside) return false
    return this.insideCount === 0 || caller === OWN_WORK || this.insideOf(caller) < this.limits.insidePerCaller
  }

  enter(caller: string): void {
    this.insideCount += 1
    this.inside.set(caller, this.insideOf(caller) + 1)
  }

  /** Makes room: the next caller who may have it goes in before this returns. */
  leave(caller: string): void {
    this.insideCount -= 1
    const left = this.insideOf(caller) - 1
    if (left > 0) this.inside.set(caller, left)
    else this.inside.delete(caller)
    this.letNextIn()
  }

  /**
   * Goes in when it is the caller's turn. Rejects with the signal's reason while still waiting, and with GateFull when as many
   * wait as may, unless it waits `anyway`.
   */
  wait(caller: string, signal: AbortSignal, anyway = false): Promise<void> {
    const queue = this.waiting.get(caller) ?? []
    const { waiting, waitingPerCaller } = this.limits
    const tooMany = this.waitingCount >= waiting || (caller !== OWN_WORK && queue.length >= waitingPerCaller)
    if (tooMany && !anyway) {
      return Promise.reject(new GateFull('As many wait as may.'))
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const left = () => {
        this.forget(caller, waiter)
        reject(signal.reason)
      }
      const waiter = {
        enter: () => {
          signal.removeEventListener('abort', left)
          this.enter(caller)
          resolve()
        },
      }
      signal.addEventListener('abort', left, { once: true })
      this.waitingCount += 1
      queue.push(waiter)
      this.waiting.set(caller, queue)
    })
  }

  private insideOf(caller: string): number {
    return this.inside.get(caller) ?? 0
  }

  private letNextIn(): void {
    for (const [caller, queue] of this.waiting) {
      if (!this.isOpenTo(caller)) continue
      const [next] = queue
      if (next === undefined) continue
      this.forget(caller, next)
      // To the end of the line, behind everybody else who waits.
      if (this.waiting.delete(caller)) this.waiting.set(caller, queue)
      next.enter()
      return
    }
  }

  private forget(caller: string, waiter: Waiter): void {
    const queue = this.waiting.get(caller)
    const at = queue?.indexOf(waiter) ?? -1
    if (queue === undefined || at < 0) return
    queue.splice(at, 1)
    this.waitingCount -= 1
    if (queue.length === 0) this.waiting.delete(caller)
  }
}
