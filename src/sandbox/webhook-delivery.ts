/** Delivers a sandbox's webhooks with retries, or holds, doubles, shuffles or drops them. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** How events are delivered. `shuffle` gathers for a moment, then sends in another order; `drop` never sends. */
export const webhookModes = ['deliver', 'hold', 'duplicate', 'shuffle', 'drop'] as const
export type WebhookMode = (typeof webhookModes)[number]

/** One event on its way. `held` waits for a flush. */
export interface PendingWebhook {
  key: string
  eventId: string
  body: string
  held: boolean
}

/** The part of a sandbox's state that delivery keeps: plain JSON. */
export interface WebhookState {
  mode: WebhookMode
  /** By key, in the order in which they were queued. */
  pending: Record<string, PendingWebhook>
}

/** An empty queue in the ordinary mode. */
export const noWebhooks = (): WebhookState => ({ mode: 'deliver', pending: {} })

export interface WebhookDeliveryOptions {
  state: WebhookState
  /** Called after each change of `state`, with the path to what changed. */
  changed: (...path: string[]) => void
  /** The headers of one attempt at sending `body`, signature included. */
  sign: (body: string, eventId: string) => Record<string, string>
  /** Where to; without it events wait until `setUrl`. */
  url?: string
}

const ANSWER_WITHIN_MS = 10_000
const SHUFFLE_WINDOW_MS = 300
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
/** With the delays above, about two hours: long enough for a gateway that is being restarted. */
const MOST_ATTEMPTS = 250

/** The queue of one sandbox's webhooks. Every event is sent by itself: one that fails holds up no other. */
export class WebhookDelivery {
  private readonly options: WebhookDeliveryOptions
  private readonly state: WebhookState
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly attempts = new Map<string, number>()
  private readonly closing = new AbortController()
  private url: string | undefined
  private shuffling: NodeJS.Timeout | undefined

  constructor(options: WebhookDeliveryOptions) {
    this.options = options
    this.state = options.state
    this.url = options.url
    if (this.state.mode === 'shuffle') this.flush()
    for (const webhook of this.waiting()) this.sendAfter(webhook, 0)
  }

  /** Queues an event; `body` is sent byte for byte. */
  enqueue(eventId: string, body: string): void {
    const { mode } = this.state
    if (mode === 'drop') return
    for (let copy = 0; copy < (mode === 'duplicate' ? 2 : 1); copy += 1) {
      const key = randomUUID()
      const webhook = { key, eventId, body, held: mode === 'hold' || mode === 'shuffle' }
      this.state.pending[key] = webhook
      this.options.changed('pending', key)
      this.sendAfter(webhook, 0)
    }
    if (mode === 'shuffle') {
      this.shuffling ??= setTimeout(() => this.flush(), SHUFFLE_WINDOW_MS).unref()
    }
  }

  /** Points delivery at another address and tries at once everything that waits for a retry. */
  setUrl(url: string): void {
    this.url = url
    for (const webhook of this.waiting()) this.sendAfter(webhook, 0)
  }

  setMode(mode: WebhookMode): void {
    this.state.mode = mode
    this.options.changed('mode')
  }

  /** Sends what is held (in another order, if the mode is `shuffle`); answers how many events that was. */
  flush(): number {
    clearTimeout(this.shuffling)
    this.shuffling = undefined
    const held = this.waiting().filter((webhook) => webhook.held)
    const ordered = this.state.mode === 'shuffle' ? shuffled(held) : held
    for (const [index, webhook] of ordered.entries()) {
      webhook.held = false
      this.options.changed('pending', webhook.key)
      // A little apart, so that the order of arrival is the order chosen here.
      this.sendAfter(webhook, this.state.mode === 'shuffle' ? index * 20 : 0)
    }
    return held.length
  }

  /** How many events wait, held ones included. */
  get pendingCount(): number {
    return this.waiting().length
  }

  get mode(): WebhookMode {
    return this.state.mode
  }

  /** Stops: nothing is sent any more; what was not delivered stays in the state. */
  close(): void {
    this.closing.abort()
    clearTimeout(this.shuffling)
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  private sendAfter(webhook: PendingWebhook, delayMs: number): void {
    clearTimeout(this.timers.get(webhook.key))
    if (webhook.held || this.url === undefined || this.closing.signal.aborted) return
    this.timers.set(webhook.key, setTimeout(() => void this.attempt(webhook), delayMs).unref())
  }

  private async attempt(webhook: PendingWebhook): Promise<void> {
    this.timers.delete(webhook.key)
    const delivered = await this.post(webhook)
    if (this.closing.signal.aborted) return
    const attempts = (this.attempts.get(webhook.key) ?? 0) + 1
    if (delivered || attempts >= MOST_ATTEMPTS) return this.forget(webhook)
    this.attempts.set(webhook.key, attempts)
    this.sendAfter(webhook, Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS))
  }

  private async post({ eventId, body }: PendingWebhook): Promise<boolean> {
    try {
      const answer = await fetch(this.url as string, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...this.options.sign(body, eventId) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      })
      await answer.body?.cancel()
      return answer.ok
    } catch {
      // Refused, reset or too late: for the sender all of them mean "again, later".
      return false
    }
  }

  private waiting(): PendingWebhook[] {
    return Object.values(this.state.pending)
  }

  private forget({ key }: PendingWebhook): void {
    this.attempts.delete(key)
    delete this.state.pending[key]
    this.options.changed('pending', key)
  }
}

/** The same events in an order that is never the given one (as far as there is another). */
function shuffled<T>(items: readonly T[]): T[] {
  const mixed = items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
  return mixed.every((item, index) => item === items[index]) ? mixed.reverse() : mixed
}

/** Serves POST and GET /_sandbox/webhooks and POST /_sandbox/webhooks/flush. */
export function registerWebhookControl(app: FastifyInstance, delivery: WebhookDelivery): void {
  const request = z.strictObject({ mode: z.enum(webhookModes) })
  const state = () => ({ mode: delivery.mode, pending: delivery.pendingCount })
  app.get('/_sandbox/webhooks', async () => state())
  app.post('/_sandbox/webhooks', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    delivery.setMode(asked.data.mode)
    return state()
  })
  app.post('/_sandbox/webhooks/flush', async () => ({ sent: delivery.flush(), ...state() }))
}
