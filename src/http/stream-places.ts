/** Counts open WebSockets and event streams, so that no caller has many. */
import type { Viewer } from '../auth/viewer.ts'
import { addressKey, rateLimitKey } from '../graph/limits/admission.ts'

/** How many WebSockets and event streams may be open, by whose they are. */
export interface StreamLimits {
  /** Of one address, without a token. */
  anonymous: number
  /** Of one person, from wherever, or one machine. */
  signedIn: number
  /** WebSockets of one address that have not said yet whose they are. */
  unknown: number
  /** Of all. */
  total: number
}

/**
 * Some 30 kB each: all of them leave most of the memory to requests. A person's are the tabs of a few devices; those of
 * nobody known are one screen each of many behind an address.
 */
export const streamLimits: StreamLimits = { anonymous: 50, signedIn: 20, unknown: 100, total: 5000 }

/** Seconds after which another try is worth while: by then others have gone, or have said who they are. */
export const STREAM_RETRY_SECONDS = 10

export type Release = () => void

export class StreamPlaces {
  private readonly limits: StreamLimits
  private readonly taken = new Map<string, number>()
  private total = 0

  constructor(limits: StreamLimits) {
    this.limits = limits
  }

  /** A place until the caller lets go of it, for a WebSocket before its first message; null when there is none. */
  takeUnknown(address: string): Release | null {
    return this.take(`unknown ${addressKey(address)}`, this.limits.unknown)
  }

  /** A place until the caller lets go of it; null when there is none. */
  takeFor(viewer: Viewer): Release | null {
    return this.take(rateLimitKey(viewer), viewer.anonymous ? this.limits.anonymous : this.limits.signedIn)
  }

  get isFull(): boolean {
    return this.total >= this.limits.total
  }

  private take(key: string, most: number): Release | null {
    const before = this.taken.get(key) ?? 0
    if (before >= most || this.isFull) return null
    this.taken.set(key, before + 1)
    this.total += 1
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.total -= 1
      const left = (this.taken.get(key) ?? 0) - 1
      if (left > 0) this.taken.set(key, left)
      else this.taken.delete(key)
    }
  }
}
