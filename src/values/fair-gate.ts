/** Lets callers in up to their limits, and those who wait in turn by caller. */

export interface GateLimits {
  /** Inside at once, and of these from one caller; what is heavy counts as several. */
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
  readonly weight: number
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

  /**
   * Whether the caller may go in without waiting. Whoever waits while there is room has their own share inside, or comes with
   * more than there is room for. What is heavier than a whole share has to have it to itself.
   */
  isOpenTo(caller: string, weight = 1): boolean {
    if (this.insideCount === 0) return true
    const { inside, insidePerCaller } = this.limits
    if (this.insideCount + Math.min(weight, inside) > inside) return false
    return caller === OWN_WORK || this.insideOf(caller) + Math.min(weight, insidePerCaller) <= insidePerCaller
  }

  enter(caller: string, weight = 1): void {
    this.insideCount += weight
    this.inside.set(caller, this.insideOf(caller) + weight)
  }

  /** Makes room: the next callers who may have it go in before this returns. */
  leave(caller: string, weight = 1): void {
    this.insideCount -= weight
    const left = this.insideOf(caller) - weight
    if (left > 0) this.inside.set(caller, left)
    else this.inside.delete(caller)
    for (let room = weight; room > 0; ) {
      const entered = this.letNextIn()
      if (entered === 0) return
      room -= entered
    }
  }

  /**
   * Goes in when it is the caller's turn. Rejects with the signal's reason while still waiting, and with GateFull when as many
   * wait as may, unless it waits `anyway`.
   */
  wait(caller: string, signal: AbortSignal, weight = 1, anyway = false): Promise<void> {
    const queue = this.waiting.get(caller) ?? []
    const { waiting, waitingPerCaller } = this.limits
    const mine = queue.reduce((sum, waiter) => sum + waiter.weight, weight)
    const tooMany = this.waitingCount + weight > waiting || (caller !== OWN_WORK && mine > waitingPerCaller)
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
        weight,
        enter: () => {
          signal.removeEventListener('abort', left)
          this.enter(caller, weight)
          resolve()
        },
      }
      signal.addEventListener('abort', left, { once: true })
      this.waitingCount += weight
      queue.push(waiter)
      this.waiting.set(caller, queue)
    })
  }

  private insideOf(caller: string): number {
    return this.inside.get(caller) ?? 0
  }

  /** The weight of who went in; 0 when nobody may. */
  private letNextIn(): number {
    for (const [caller, queue] of this.waiting) {
      const [next] = queue
      if (next === undefined || !this.isOpenTo(caller, next.weight)) continue
      this.forget(caller, next)
      // To the end of the line, behind everybody else who waits.
      if (this.waiting.delete(caller)) this.waiting.set(caller, queue)
      next.enter()
      return next.weight
    }
    return 0
  }

  private forget(caller: string, waiter: Waiter): void {
    const queue = this.waiting.get(caller)
    const at = queue?.indexOf(waiter) ?? -1
    if (queue === undefined || at < 0) return
    queue.splice(at, 1)
    this.waitingCount -= waiter.weight
    if (queue.length === 0) this.waiting.delete(caller)
  }
}
