/** Records Stripe's events, lists them for 30 days and signs their webhooks. */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { StripeAccount, StripeEvent, StripeObject } from './account.ts'
import { seconds } from './account.ts'
import { expanded } from './expand.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, flag, paging, retrieval, timeRange } from './parameters.ts'
import { noSuch } from './refusal.ts'
import type { Route } from './route.ts'

/** The version of the API that the SDK in package.json speaks. */
export const API_VERSION = '2026-10-28.endive'

/** An event about `object` as it is at this moment. `request` is the API call behind it, if there was one. */
export function newEvent(
  type: StripeEvent['type'],
  object: StripeObject,
  moment: { now: Date; request?: StripeEvent['request']; previous?: Record<string, unknown> },
): StripeEvent {
  return {
    id: newId('evt_'),
    object: 'event',
    api_version: API_VERSION,
    created: seconds(moment.now),
    data: { object: structuredClone(object), ...(moment.previous && { previous_attributes: moment.previous }) },
    livemode: false,
    pending_webhooks: 1,
    request: moment.request ?? { id: null, idempotency_key: null },
    type,
  }
}

/** The `Stripe-Signature` header: HMAC-SHA256 of `t.body` (docs.stripe.com/webhooks#verify-manually). */
export function stripeSignature(body: string, secret: string, now: Date): string {
  const time = seconds(now)
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

const eventList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  type: z.string().optional(),
  types: z.array(z.string()).max(20).optional(),
  delivery_success: flag.optional(),
})

export function eventRoutes({ state }: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/events',
      operation: 'events.list',
      handle({ params }) {
        const asked = checked(eventList, params)
        const types = asked.types ?? (asked.type === undefined ? undefined : [asked.type])
        const undelivered = new Set(Object.values(state.webhooks.pending).map((webhook) => webhook.eventId))
        const found = Object.values(state.events).filter(
          (event) =>
            madeWithin(event, asked.created) &&
            (types?.some((type) => matchesType(event.type, type)) ?? true) &&
            (asked.delivery_success === undefined || asked.delivery_success === !undelivered.has(event.id)),
        )
        return expanded(state, listPage(found, asked, '/v1/events'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/events/:id',
      operation: 'events.retrieve',
      handle({ id, params }) {
        const event = state.events[id]
        if (!event) throw noSuch('event', id)
        return expanded(state, event, checked(retrieval, params).expand)
      },
    },
  ]
}

/** `type` may end in `*`: `charge.*` is every event about charges. */
function matchesType(type: string | null, asked: string): boolean {
  // What cannot be read stands in the list whatever is asked for.
  if (type === null) return true
  return asked.endsWith('*') ? type.startsWith(asked.slice(0, -1)) : type === asked
}
