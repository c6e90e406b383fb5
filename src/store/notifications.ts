/** Listens to PostgreSQL's notifications and wakes subscribers of their topic. */
import { patience, StoreClient } from './store-client.ts'

/** The channel on which `announce` tells, within its transaction, which thing changed. */
const channel = 'gateway'
const FIRST_RETRY_MS = 100
/** With the time to connect less than the 3 s within which readiness is promised after a silence. */
const LONGEST_RETRY_MS = 500
const CONNECTS_WITHIN_MS = 2_000
/** Between two looks whether the connection still leads somewhere, and for each answer on it, in ms. */
const LOOK_EVERY_MS = 5_000
const ANSWERED_WITHIN_MS = 3_000
/** Of a slow subscriber to many things: when more of them have changed it hears of the topic alone. */
const WAITING_EVENTS = 100

export interface NotificationsOptions {
  /** PostgreSQL; the connection is this object's own. */
  url: string
  /** Hears when the connection is lost; it is opened again until `close`. */
  onTrouble(error: unknown): void
}

/**
 * One subscriber's wait. It holds each event at most once however often it comes: whoever hears that a thing changed reads
 * the thing as it then is, so that a slow reader misses no state that still matters and fills no memory.
 */
class Waiting implements AsyncIterableIterator<string> {
  private readonly events = new Set<string>()
  private ended = false
  private wake: (() => void) | null = null
  private readonly topic: string
  private readonly leave: (waiting: Waiting) => void

  constructor(topic: string, leave: (waiting: Waiting) => void) {
    this.topic = topic
    this.leave = leave
  }

  /** The topic itself, or one thing of it. */
  tell(event = this.topic): void {
    const tooMany = this.events.size >= WAITING_EVENTS && !this.events.has(event)
    if (tooMany) this.events.clear()
    this.events.add(tooMany ? this.topic : event)
    this.wake?.()
  }

  end(): void {
    this.ended = true
    this.wake?.()
  }

  async next(): Promise<IteratorResult<string>> {
    while (this.events.size === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const [event] = this.events
    if (this.ended || event === undefined) return { done: true, value: undefined }
    this.events.delete(event)
    return { done: false, value: event }
  }

  async return(): Promise<IteratorResult<string>> {
    this.leave(this)
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

export class Notifications {
  private readonly options: NotificationsOptions
  private readonly waiting = new Map<string, Set<Waiting>>()
  private client: StoreClient | null = null
  private retry: NodeJS.Timeout | null = null
  private look: NodeJS.Timeout | null = null
  private asking: Promise<boolean> | null = null
  private listens = false
  private retryMs = FIRST_RETRY_MS
  private closed = false

  constructor(options: NotificationsOptions) {
    this.options = options
  }

  /** Connects; rejects when PostgreSQL does not answer now, and goes on trying until `close`. */
  async open(): Promise<void> {
    const client = new StoreClient({
      ...patience,
      connectionString: this.options.url,
      application_name: 'gateway-notifications',
      connectionTimeoutMillis: CONNECTS_WITHIN_MS,
      query_timeout: ANSWERED_WITHIN_MS,
    })
    client.on('notification', ({ payload = '' }) => {
      const [topic = ''] = payload.split('/')
      for (const waiting of this.waiting.get(topic) ?? []) waiting.tell(payload)
    })
    client.on('error', (error) => this.lost(client, error))
    client.on('end', () => this.lost(client, new Error('Connection terminated by PostgreSQL.')))
    this.client = client
    await client.connect()
    await client.query(`listen ${channel}`)
    this.listens = true
    this.retryMs = FIRST_RETRY_MS
    // A look that is not answered breaks the connection, and that is heard above.
    this.look ??= setInterval(() => this.isWritable().catch(() => undefined), LOOK_EVERY_MS).unref()
  }

  /** Whether PostgreSQL answers here, and takes writes; the connection takes one question at a time. */
  isWritable(): Promise<boolean> {
    this.asking ??= this.askWhetherWritable().finally(() => {
      this.asking = null
    })
    return this.asking
  }

  private async askWhetherWritable(): Promise<boolean> {
    const { client } = this
    if (client === null || !this.listens) return false
    const { rows } = await client.query<{ only: string }>(`select current_setting('transaction_read_only') as only`)
    const isWritable = rows[0]?.only === 'off'
    // It has become the replica, and announces nothing: the next connection may lead to the primary.
    if (!isWritable) client.hangUp()
    return isWritable
  }

  /** Whether announcements are heard now. */
  get listening(): boolean {
    return this.client !== null && !this.closed
  }

  /** Subscribers now, for the metrics. */
  get subscribers(): number {
    let count = 0
    for (const waiting of this.waiting.values()) count += waiting.size
    return count
  }

  /**
   * One event, the topic itself, after each change of it, e.g. `enrolment:<uuid>`; changes that come together are one. Of a
   * topic of many things an event is `<topic>/<uuid>`, and the topic itself when any of them may have changed unheard.
   */
  subscribe(topic: string): AsyncIterableIterator<string> {
    const all = this.waiting.get(topic) ?? new Set()
    this.waiting.set(topic, all)
    const waiting = new Waiting(topic, (gone) => {
      all.delete(gone)
      if (all.size === 0 && this.waiting.get(topic) === all) this.waiting.delete(topic)
    })
    all.add(waiting)
    if (this.closed) waiting.end()
    return waiting
  }

  /** Ends every subscription and the connection. */
  async close(): Promise<void> {
    this.closed = true
    if (this.retry) clearTimeout(this.retry)
    if (this.look) clearInterval(this.look)
    for (const all of this.waiting.values()) for (const waiting of all) waiting.end()
    this.waiting.clear()
    await this.client?.end().catch(() => undefined)
  }

  private lost(client: StoreClient, error: unknown): void {
    if (this.closed || this.client !== client) return
    this.client = null
    this.listens = false
    this.options.onTrouble(error)
    client.end().catch(() => undefined)
    this.retry = setTimeout(() => this.reopen(), this.retryMs)
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2)
  }

  private async reopen(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      if (this.client) this.lost(this.client, error)
      return
    }
    // What was announced meanwhile is not known: everybody looks again.
    for (const all of this.waiting.values()) for (const waiting of all) waiting.tell()
  }
}
