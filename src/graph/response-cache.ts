/** Answers to anonymous questions about what is public, kept for a few seconds and forgotten as soon as it changes. */
import { LRUCache } from 'lru-cache'
import type { Operation } from './operation.ts'
import type { GraphRequest } from './request.ts'
import type { Variables } from './variables.ts'

export interface ResponseCacheOptions {
  now(): Date
  /** What depends on the hour, such as whether a run is open, is seen at most so much later, in ms. */
  maxAgeMs?: number
  /** Leaves and objects kept in all, an object taking some hundred bytes. */
  maxValues?: number
}

type Data = NonNullable<unknown>

interface Kept {
  data: Data
  atMs: number
}

/** Values in an answer, each leaf and each object counting one. */
function sizeOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 1
  let size = 1
  for (const inner of Object.values(value)) size += sizeOf(inner)
  return size
}

/** A place for one answer; made before the answer is read, so that what changes meanwhile is noticed. */
export interface Place {
  /** The answer that was kept there and still holds; null when there is none. */
  found(): Data | null
  keep(data: Data): void
}

export class ResponseCache {
  private readonly kept: LRUCache<string, Kept>
  private readonly maxAgeMs: number
  private readonly now: () => Date
  private readonly serials = new WeakMap<Operation, number>()
  private lastSerial = 0
  private generation = 0

  constructor({ now, maxAgeMs = 10_000, maxValues = 500_000 }: ResponseCacheOptions) {
    this.now = now
    this.maxAgeMs = maxAgeMs
    this.kept = new LRUCache({ maxSize: maxValues, sizeCalculation: ({ data }) => sizeOf(data) })
  }

  /**
   * Where the answer to this operation with these variables is kept; null when it may not be: somebody is signed in, or
   * the operation's policy says that its answer is nobody's to keep. Whoever asks in another language says so in the
   * variables or the document, for headers do not change an answer.
   */
  placeFor(operation: Operation, variables: Variables, { viewer }: GraphRequest): Place | null {
    if (!viewer.anonymous || operation.cacheControl === null) return null
    const key = `${this.serialOf(operation)} ${JSON.stringify(variables)}`
    const { generation } = this
    return {
      found: () => this.find(key),
      keep: (data) => {
        // read before the change, and so perhaps not what is true after it
        if (generation === this.generation) this.kept.set(key, { data, atMs: this.now().getTime() })
      },
    }
  }

  /** Something that public answers are made of has changed. */
  forget(): void {
    this.generation += 1
    this.kept.clear()
  }

  get size(): number {
    return this.kept.size
  }

  private find(key: string): Data | null {
    const found = this.kept.get(key)
    if (!found) return null
    const ageMs = this.now().getTime() - found.atMs
    return ageMs >= 0 && ageMs <= this.maxAgeMs ? found.data : null
  }

  private serialOf(operation: Operation): number {
    let serial = this.serials.get(operation)
    if (serial === undefined) {
      this.lastSerial += 1
      serial = this.lastSerial
      this.serials.set(operation, serial)
    }
    return serial
  }
}
