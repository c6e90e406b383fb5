/** Waits briefly for an upstream's live values, and remembers those that come late. */
import { LRUCache } from 'lru-cache'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import type { Underway } from './underway.ts'

/** For so long the last that is known is better than nothing. */
const LAST_KNOWN_MS = 10 * 60_000

/** What a look needs of the context. */
export interface Looking {
  signal: AbortSignal
  underway: Underway
}

/** `missed` is null of what holds now; otherwise the value is the last that is known, undefined when there is none. */
export interface LiveValue<Value> {
  value: Value | undefined
  missed: { retryAfterSeconds: number | null } | null
}

/** What an upstream says of each of those keys. */
export type Ask<Value> = (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Value>>

/** A call under way, with whoever waits for it. */
interface Look {
  /** The upstream's failure, when that is how it ended. */
  readonly over: Promise<UpstreamFailure | null>
  failure: UpstreamFailure | null
  waiting: number
  /** Somebody has gone on without it: the next who asks shall find what it brings. */
  goesOn: boolean
  readonly stop: AbortController
}

/** The values of one kind from one upstream, for every request. */
class LiveValues<Value> {
  private readonly freshMs: number
  private readonly known: LRUCache<string, { value: Value; atMs: number }>
  private readonly looks = new Map<string, Look>()

  constructor(freshMs: number, mostValues: number) {
    this.freshMs = freshMs
    this.known = new LRUCache({ max: mostValues })
  }

  /** In the order of the keys; asks only about those that are not known of now, nor being asked about. */
  async read({ signal, underway }: Looking, keys: readonly string[], ask: Ask<Value>): Promise<LiveValue<Value>[]> {
    const missing = keys.filter((key) => !this.isFresh(key))
    if (missing.length === 0) return keys.map((key) => this.valueOf(key, undefined))
    const looks = new Map(this.looksAt(missing, ask))
    await underway.follow(waitFor(new Set(looks.values()), signal, underway.liveWaitMs))
    const values = keys.map((key) => this.valueOf(key, looks.get(key)))
    if (values.some(({ missed }) => missed !== null)) underway.missed = true
    return values
  }

  private isFresh(key: string): boolean {
    return this.knownWithin(key, this.freshMs) !== undefined
  }

  private knownWithin(key: string, ageMs: number): Value | undefined {
    const known = this.known.get(key)
    return known !== undefined && performance.now() - known.atMs < ageMs ? known.value : undefined
  }

  /** What was of now when it was asked for has no look, and has not become old by waiting for others. */
  private valueOf(key: string, look: Look | undefined): LiveValue<Value> {
    const value = this.knownWithin(key, LAST_KNOWN_MS)
    if (look === undefined || this.isFresh(key)) return { value, missed: null }
    return { value, missed: { retryAfterSeconds: look.failure?.retryAfterSeconds ?? null } }
  }

  private looksAt(keys: readonly string[], ask: Ask<Value>): [string, Look][] {
    // One that was stopped brings nothing.
    const isAsked = (key: string) => this.looks.get(key)?.stop.signal.aborted === false
    const unasked = [...new Set(keys)].filter((key) => !isAsked(key))
    if (unasked.length > 0) this.begin(unasked, ask)
    return keys.map((key) => [key, this.looks.get(key) as Look])
  }

  private begin(keys: readonly string[], ask: Ask<Value>): void {
    const stop = new AbortController()
    const over = ask(keys, stop.signal)
      .then((found) => this.keep(found), failureOf)
      .finally(() => {
        for (const key of keys) if (this.looks.get(key) === look) this.looks.delete(key)
      })
    const look: Look = { over, failure: null, waiting: 0, goesOn: false, stop }
    for (const key of keys) this.looks.set(key, look)
  }

  private keep(found: ReadonlyMap<string, Value>): null {
    const atMs = performance.now()
    for (const [key, value] of found) this.known.set(key, { value, atMs })
    return null
  }
}

function failureOf(error: unknown): UpstreamFailure {
  if (isUpstreamFailure(error)) return error
  throw error
}

/** Until all are over, or the wait is, or the client has gone: then a call for which nobody else waits ends too. */
async function waitFor(looks: ReadonlySet<Look>, signal: AbortSignal, waitMs: number): Promise<void> {
  for (const look of looks) look.waiting += 1
  const answered = Promise.all(
    [...looks].map(async (look) => {
      look.failure = await look.over
    }),
  )
  const inTime = await within(answered, signal, waitMs)
  for (const look of looks) {
    look.waiting -= 1
    if (!signal.aborted) look.goesOn ||= !inTime
    else if (look.waiting === 0 && !look.goesOn) look.stop.abort(signal.reason)
  }
}

/** Whether it came within the wait, and before its client had gone. */
function within(answered: Promise<unknown>, signal: AbortSignal, waitMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      act()
    }
    const leave = settle(() => resolve(false))
    // What has arrived while this process was busy is looked at first.
    const timer = setTimeout(() => setImmediate(leave), waitMs)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    answered.then(
      settle(() => resolve(true)),
      (error) => settle(() => reject(error))(),
    )
  })
}

/** One memory for each upstream: tests run several worlds in one process. */
export function defineLiveValues<Value>(freshMs: number, mostValues: number): (upstream: object) => LiveValues<Value> {
  const memories = new WeakMap<object, LiveValues<Value>>()
  return (upstream) => {
    const known = memories.get(upstream) ?? new LiveValues<Value>(freshMs, mostValues)
    memories.set(upstream, known)
    return known
  }
}
