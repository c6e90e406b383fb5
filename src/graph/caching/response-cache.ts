/** Caches answers to anonymous queries of public data until the data changes. */
import { hash } from 'node:crypto'
import { print } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Operation } from '../execution/operation.ts'
import type { GraphRequest } from '../execution/request.ts'
import type { Variables } from '../execution/variables.ts'

/** An answer's data as JSON, and what the objects in it cost. */
export interface KeptAnswer {
  text: string
  cost: number
}

export interface Kept extends KeptAnswer {
  /** When it was read. */
  atMs: number
}

/** Where replicas keep answers for each other. It never throws: what cannot be had is null. */
export interface SharedAnswers {
  get(key: string): Promise<Kept | null>
  set(key: string, kept: Kept, maxAgeMs: number): void
  /** Something public has changed: what was kept is found no more. `byUs` when this replica is the first to know. */
  forget(byUs: boolean): Promise<void>
  close(): Promise<void>
}

export interface ResponseCacheOptions {
  now(): Date
  /** What depends on the hour, such as whether a run is open, is seen at most so much later, in ms. */
  maxAgeMs?: number
  /** Characters kept in all. */
  maxCharacters?: number
  /** Left out: in this process's memory alone. */
  shared?: SharedAnswers | null
}

/** A place for one answer; made before the answer is read, so that what changes meanwhile is noticed. */
export interface Place {
  /** The answer that was kept there and still holds; null when there is none. Not a promise when it is in memory. */
  found(): KeptAnswer | null | Promise<KeptAnswer | null>
  keep(answer: KeptAnswer): void
}

export class ResponseCache {
  private readonly kept: LRUCache<string, Kept>
  private readonly maxAgeMs: number
  private readonly now: () => Date
  private readonly shared: SharedAnswers | null
  private readonly hashes = new WeakMap<Operation, string>()
  /** Questions that a kept answer served, and that none did. */
  served = 0
  missed = 0
  private generation = 0

  constructor({ now, maxAgeMs = 10_000, maxCharacters = 32_000_000, shared = null }: ResponseCacheOptions) {
    this.now = now
    this.maxAgeMs = maxAgeMs
    this.shared = shared
    this.kept = new LRUCache({ maxSize: maxCharacters, sizeCalculation: ({ text }) => text.length })
  }

  /**
   * Where the answer to this operation with these variables is kept; null when it may not be: somebody is signed in, or
   * the operation's policy says that its answer is nobody's to keep. Whoever asks in another language says so in the
   * variables or the document, for headers do not change an answer.
   */
  placeFor(operation: Operation, variables: Variables, { viewer }: GraphRequest): Place | null {
    if (!viewer.anonymous || operation.cacheControl === null) return null
    const key = `${this.hashOf(operation)} ${JSON.stringify(variables)}`
    const { generation, shared, maxAgeMs } = this
    return {
      found: () => {
        const own = this.count(this.fresh(this.kept.get(key)), shared === null)
        return own ?? (shared ? this.ofOthers(shared, key, generation) : null)
      },
      keep: ({ text, cost }) => {
        const kept = { text, cost, atMs: this.now().getTime() }
        if (this.keep(key, kept, generation)) shared?.set(key, kept, maxAgeMs)
      },
    }
  }

  private async ofOthers(shared: SharedAnswers, key: string, generation: number): Promise<Kept | null> {
    const kept = await shared.get(key)
    if (kept) this.keep(key, kept, generation)
    return this.count(this.fresh(kept), true)
  }

  /** `last`: nobody else is asked after it. */
  private count(found: Kept | null, last: boolean): Kept | null {
    if (found) this.served += 1
    else if (last) this.missed += 1
    return found
  }

  private keep(key: string, kept: Kept, generation: number): boolean {
    // Read before the change, and so perhaps not what is true after it.
    if (generation !== this.generation) return false
    this.kept.set(key, kept)
    return true
  }

  /** Something that public answers are made of has changed, as this replica knows first (`byUs`) or has heard. */
  async forget(byUs = false): Promise<void> {
    this.generation += 1
    this.kept.clear()
    await this.shared?.forget(byUs)
  }

  get size(): number {
    return this.kept.size
  }

  async close(): Promise<void> {
    await this.shared?.close()
  }

  private fresh(kept: Kept | null | undefined): Kept | null {
    if (!kept) return null
    const ageMs = this.now().getTime() - kept.atMs
    return ageMs >= 0 && ageMs <= this.maxAgeMs ? kept : null
  }

  /** The same on every replica. */
  private hashOf(operation: Operation): string {
    let known = this.hashes.get(operation)
    if (known === undefined) {
      known = hash('sha256', `${operation.name}\n${print(operation.document)}`, 'base64url')
      this.hashes.set(operation, known)
    }
    return known
  }
}
