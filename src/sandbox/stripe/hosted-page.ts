/** Shows Stripe's Checkout page and the bank's 3-D Secure question. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { html, type Markup, page } from '../page.ts'
import type { Session, StripeAccount } from './account.ts'
import { shown } from './amounts.ts'
import { decodeForm } from './form.ts'
import { readCard } from './given-card.ts'
import { type Attempt, finishAuthentication, payWithCard, successUrlOf } from './pay.ts'

interface AtSession {
  Params: { id: string }
}

/** Serves GET and POST /c/pay/:id and /3d-secure/:id. The last part of the page's address is the session's id. */
export function registerHostedPage(app: FastifyInstance, account: StripeAccount, saved: () => Promise<void>): void {
  const openSession = (id: string): Session | undefined => {
    const session = account.state.sessions[id]
    return session?.status === 'open' ? session : undefined
  }

  app.get<AtSession>('/c/pay/:id', async ({ params }, reply) => {
    const session = openSession(params.id)
    return session ? show(reply, 200, cardPage(account, session)) : closedPage(reply, account.state.sessions[params.id])
  })

  app.post<AtSession>('/c/pay/:id', async ({ params, body }, reply) => {
    const session = openSession(params.id)
    if (!session) return closedPage(reply, account.state.sessions[params.id])
    const given = readCard(decodeForm(typeof body === 'string' ? body : ''), account.now())
    if ('problem' in given) return show(reply, 422, cardPage(account, session, given.problem))
    const attempt = payWithCard(account, session, given)
    await saved()
    return answer(reply, account, session, attempt)
  })

  app.get<AtSession>('/3d-secure/:id', async ({ params }, reply) => {
    const session = openSession(params.id)
    return session
      ? show(reply, 200, authenticationPage(session))
      : closedPage(reply, account.state.sessions[params.id])
  })

  app.post<AtSession>('/3d-secure/:id', async ({ params, body }, reply) => {
    const session = openSession(params.id)
    if (!session) return closedPage(reply, account.state.sessions[params.id])
    const { answer: choice } = decodeForm(typeof body === 'string' ? body : '')
    const attempt = finishAuthentication(account, session, choice === 'confirm')
    await saved()
    return answer(reply, account, session, attempt)
  })
}

function answer(reply: FastifyReply, account: StripeAccount, session: Session, attempt: Attempt): FastifyReply {
  if (attempt.outcome === 'refused') return show(reply, 402, cardPage(account, session, attempt.message))
  return reply.redirect(attempt.url, 303)
}

function show(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

const cardsToTry = html`<p><small>Cards to try, with any later date and any code: 4242 4242 4242 4242 pays, as do the
Mastercard 5555 5555 5555 4444 and the American Express 3782 822463 10005; 4000 0000 0000 0002 is declined;
4000 0027 6000 3184 asks for 3-D Secure; 6011 1111 1111 1117 is of a brand that is not taken.</small></p>`

function cardPage(account: StripeAccount, session: Session, problem?: string): string {
  const items = account.state.lineItems[session.id] ?? []
  const body = html`
<p>${items.map((item) => item.description).join(', ')}</p>
<p class="amount">${amountOf(session)}</p>
<form method="post" action="/c/pay/${session.id}">
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number" placeholder="4242 4242 4242 4242" required>
<label for="expiry">Expiry (MM / YY)</label>
<input id="expiry" name="expiry" autocomplete="cc-exp" placeholder="12 / 40" required>
<label for="cvc">Security code (CVC)</label>
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123" required>
<label for="name">Name on the card</label>
<input id="name" name="name" autocomplete="cc-name" required>
<button type="submit">Pay ${amountOf(session)}</button>
</form>
${cancelLink(session)}
${cardsToTry}`
  return page({ title: 'Pay by card', body, ...(problem !== undefined && { problem }) })
}

function authenticationPage(session: Session): string {
  const body = html`
<p>Your bank asks: did you agree to pay ${amountOf(session)}?</p>
<form method="post" action="/3d-secure/${session.id}">
<button type="submit" name="answer" value="confirm">Yes, confirm the payment</button>
<button type="submit" name="answer" value="fail">No, fail the authentication</button>
</form>`
  return page({ title: '3-D Secure', body })
}

function closedPage(reply: FastifyReply, session: Session | undefined): FastifyReply {
  if (!session) return show(reply, 404, page({ title: 'There is no such payment', body: html`` }))
  if (session.status === 'complete') {
    const body = html`<p><a href="${successUrlOf(session)}">Go on</a></p>`
    return show(reply, 200, page({ title: 'This is paid', body }))
  }
  const title = 'This page has expired; nothing was charged'
  return show(reply, 410, page({ title, body: cancelLink(session) ?? html`` }))
}

function cancelLink(session: Session): Markup | undefined {
  if (session.cancel_url === null) return undefined
  return html`<p><a href="${session.cancel_url}">Go back without paying</a></p>`
}

const amountOf = (session: Session): string => shown(session.amount_total ?? 0, session.currency ?? 'gbp')
