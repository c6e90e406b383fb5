/** Creates, looks up, lists and expires Checkout sessions. */
import { z } from 'zod'
import { type Session, type StripeAccount, schedule, seconds } from './account.ts'
import { checkChargeable } from './amounts.ts'
import { API_VERSION } from './events.ts'
import { expanded } from './expand.ts'
import type { Form } from './form.ts'
import { newLineItems } from './line-items.ts'
import { listPage, madeWithin } from './lists.ts'
import { newSession } from './new-session.ts'
import { checked, paging, retrieval, timeRange } from './parameters.ts'
import { cancelIntent } from './payment-intents.ts'
import { badParameter, noSuch, refused } from './refusal.ts'
import type { Route } from './route.ts'
import { checkMethodsName, sessionRequest } from './session-request.ts'

const MINUTE_MS = 60_000
const SHORTEST_MS = 30 * MINUTE_MS
const LONGEST_MS = 24 * 60 * MINUTE_MS

/** The session with this id. Throws StripeRefusal (404). */
export function findSession(account: StripeAccount, id: string): Session {
  const session = account.state.sessions[id]
  if (!session) throw noSuch('checkout.session', id, 'session')
  return session
}

/** Ends an open session: nothing can be paid by it any more, and an intent it made is cancelled. */
export function expireSession(account: StripeAccount, session: Session): void {
  session.status = 'expired'
  session.url = null
  if (session.payment_intent !== null) cancelIntent(account, session.payment_intent)
  account.emit('checkout.session.expired', session)
}

/** An open session. Throws StripeRefusal for what Stripe does not take. */
export function createSession(account: StripeAccount, params: Form, version = API_VERSION): Session {
  const asked = checked(sessionRequest, params)
  checkMethodsName(asked, version)
  const now = account.now()
  const items = newLineItems(asked.line_items, now)
  const amount = items.reduce((total, item) => total + item.amount_total, 0)
  const currency = items[0]?.currency ?? ''
  checkChargeable(amount, currency, 'line_items')
  const expiresAt = endOf(asked.expires_at, now)
  const session = newSession(asked, { amount, currency, now, expiresAt, baseUrl: account.url })
  account.state.sessions[session.id] = session
  account.state.lineItems[session.id] = items
  account.state.intentWishes[session.id] = {
    metadata: asked.payment_intent_data?.metadata ?? {},
    description: asked.payment_intent_data?.description ?? null,
    receiptEmail: asked.payment_intent_data?.receipt_email ?? null,
    statementDescriptor: asked.payment_intent_data?.statement_descriptor ?? null,
    statementDescriptorSuffix: asked.payment_intent_data?.statement_descriptor_suffix ?? null,
  }
  for (const collection of ['sessions', 'lineItems', 'intentWishes'] as const) account.changed(collection, session.id)
  schedule(account, { atMs: expiresAt * 1000, kind: 'session_expires', id: session.id })
  return session
}

/** Counted from this instant, not from the second it lies in: a caller that sends exactly 30 minutes is too late. */
function endOf(asked: number | undefined, now: Date): number {
  if (asked === undefined) return seconds(now) + LONGEST_MS / 1000
  const lastsMs = asked * 1000 - now.getTime()
  if (lastsMs < SHORTEST_MS) {
    const message = 'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.'
    throw badParameter('expires_at', message)
  }
  if (lastsMs > LONGEST_MS) {
    const message = 'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.'
    throw badParameter('expires_at', message)
  }
  return asked
}

const sessionList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  payment_intent: z.string().optional(),
  status: z.enum(['complete', 'expired', 'open']).optional(),
})

export function sessionRoutes(account: StripeAccount): Route[] {
  const { state } = account
  return [
    {
      method: 'POST',
      path: '/v1/checkout/sessions',
      operation: 'checkout.sessions.create',
      handle: ({ params, version }) =>
        expanded(state, createSession(account, params, version), checked(sessionRequest, params).expand),
    },
    {
      method: 'GET',
      path: '/v1/checkout/sessions',
      operation: 'checkout.sessions.list',
      handle({ params }) {
        const asked = checked(sessionList, params)
        const found = Object.values(state.sessions).filter(
          (session) =>
            madeWithin(session, asked.created) &&
            (asked.payment_intent === undefined || session.payment_intent === asked.payment_intent) &&
            (asked.status === undefined || session.status === asked.status),
        )
        return expanded(state, listPage(found, asked, '/v1/checkout/sessions'), asked.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/checkout/sessions/:id',
      operation: 'checkout.sessions.retrieve',
      handle: ({ id, params }) => expanded(state, findSession(account, id), checked(retrieval, params).expand),
    },
    {
      method: 'GET',
      path: '/v1/checkout/sessions/:id/line_items',
      operation: 'checkout.sessions.list_line_items',
      handle({ id, params }) {
        findSession(account, id)
        return listPage(
          [...(state.lineItems[id] ?? [])].reverse(),
          checked(z.strictObject(paging), params),
          `/v1/checkout/sessions/${id}/line_items`,
        )
      },
    },
    {
      method: 'POST',
      path: '/v1/checkout/sessions/:id/expire',
      operation: 'checkout.sessions.expire',
      handle({ id, params }) {
        const { expand } = checked(retrieval, params)
        const session = findSession(account, id)
        if (session.status !== 'open') {
          throw refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. ' +
              `This Checkout Session has a status of \`${session.status}\`.`,
          )
        }
        expireSession(account, session)
        return expanded(state, session, expand)
      },
    },
  ]
}
