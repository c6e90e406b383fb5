/** Records, lists and resends PayPal's events, each with its snapshot. */
import type { Answer } from '../faults.ts'
import type { Happening, PaypalEvent, PaypalMerchant } from './merchant.ts'
import { newId } from './new-id.ts'
import { noSuch } from './refusal.ts'
import type { Route } from './route.ts'

const MOST_EVENTS_PER_PAGE = 300
/** Disputes are still at their first version, which names none. */
const withoutVersion = new Set(['dispute'])

/** An event about what happened, with a snapshot of its resource. */
export function newEvent(merchant: PaypalMerchant, happening: Happening): PaypalEvent {
  const id = `WH-${newId()}-${newId()}`
  const self = `${merchant.url}/v1/notifications/webhooks-events/${id}`
  return {
    id,
    event_version: '1.0',
    create_time: merchant.now().toISOString(),
    resource_type: happening.resourceType,
    ...(!withoutVersion.has(happening.resourceType) && { resource_version: '2.0' as const }),
    event_type: happening.type,
    summary: happening.summary,
    resource: structuredClone(happening.resource),
    links: [
      { href: self, rel: 'self', method: 'GET' },
      { href: `${self}/resend`, rel: 'resend', method: 'POST' },
    ],
  }
}

/** Newest first; `start_id` is where the page before ended. */
function listEvents({ state, url }: PaypalMerchant, query: URLSearchParams): Answer {
  const limit = Math.min(Math.max(Number(query.get('page_size') ?? 10) || 10, 1), MOST_EVENTS_PER_PAGE)
  const found = Object.values(state.events)
    .reverse()
    .filter((event) => matches(event, query))
  const start = query.has('start_id') ? found.findIndex((event) => event.id === query.get('start_id')) : 0
  const events = start < 0 ? [] : found.slice(start, start + limit)
  const following = start < 0 ? undefined : found[start + limit]
  const address = `${url}/v1/notifications/webhooks-events`
  const links = [{ href: `${address}?${query}`, rel: 'self', method: 'GET' }]
  if (following) {
    const next = new URLSearchParams(query)
    next.set('start_id', following.id)
    links.push({ href: `${address}?${next}`, rel: 'next', method: 'GET' })
  }
  return { status: 200, body: { events, count: events.length, links } }
}

function matches(event: PaypalEvent, query: URLSearchParams): boolean {
  const made = Date.parse(event.create_time)
  const from = Date.parse(query.get('start_time') ?? '')
  const to = Date.parse(query.get('end_time') ?? '')
  const type = query.get('event_type')
  const transaction = query.get('transaction_id')
  if (made < from || made > to) return false
  if (type !== null && event.event_type !== type) return false
  return transaction === null || (event.resource as { id?: string } | undefined)?.id === transaction
}

/** `resend` has an event delivered again. */
export function eventRoutes(merchant: PaypalMerchant, resend: (event: PaypalEvent) => void): Route[] {
  const find = (id: string): PaypalEvent => {
    const event = merchant.state.events[id]
    if (!event) throw noSuch(id, 'event_id')
    return event
  }
  return [
    {
      method: 'GET',
      path: '/v1/notifications/webhooks-events',
      operation: 'webhooks_events.list',
      handle: ({ query }) => listEvents(merchant, query),
    },
    {
      method: 'GET',
      path: '/v1/notifications/webhooks-events/:id',
      operation: 'webhooks_events.get',
      handle: ({ id }) => ({ status: 200, body: find(id) }),
    },
    {
      method: 'POST',
      path: '/v1/notifications/webhooks-events/:id/resend',
      operation: 'webhooks_events.resend',
      handle({ id }) {
        const event = find(id)
        resend(event)
        return { status: 202, body: event }
      },
    },
  ]
}
