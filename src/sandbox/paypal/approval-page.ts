/** Shows the page where a buyer approves or cancels a PayPal order. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { html, page } from '../page.ts'
import { shown } from './decimal-money.ts'
import { instruments, type Order, type PaypalMerchant } from './merchant.ts'
import { approveOrder } from './orders.ts'

/** Where a buyer who approved goes: the return address with `token` and `PayerID`. */
export function returnUrlOf(order: Order): string | null {
  return withParameters(order.returnUrl, { token: order.id, PayerID: order.payer?.id ?? '' })
}

/** Where a buyer who cancelled goes: the cancel address with `token`. */
export const cancelUrlOf = (order: Order): string | null => withParameters(order.cancelUrl, { token: order.id })

/** Whether the buyer can still decide, or decide anew after a declined instrument. */
export const waitsForBuyer = ({ status }: Order): boolean => status === 'CREATED' || status === 'PAYER_ACTION_REQUIRED'

const instrumentNames = {
  balance: 'PayPal balance',
  echeck: 'Bank account by e-check (stays pending)',
  declined: 'A card that is declined (you may choose another)',
  denied: 'A card whose payment fails for good',
}

const decision = z.object({
  token: z.string(),
  action: z.enum(['approve', 'cancel']),
  instrument: z.enum(instruments).default('balance'),
})

/** Serves GET and POST /checkoutnow; `?token=` is the order's id. */
export function registerApprovalPage(app: FastifyInstance, merchant: PaypalMerchant, saved: () => Promise<void>): void {
  app.get<{ Querystring: { token?: string } }>('/checkoutnow', async ({ query }, reply) => {
    const order = merchant.state.orders[query.token ?? '']
    return order && waitsForBuyer(order) ? show(reply, 200, approvalPage(order)) : closedPage(reply, order)
  })

  app.post('/checkoutnow', async ({ body }, reply) => {
    const asked = decision.safeParse(Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : '')))
    if (!asked.success)
      return show(reply, 400, page({ title: 'PayPal', body: html``, problem: 'Please choose again.' }))
    const order = merchant.state.orders[asked.data.token]
    if (!order || !waitsForBuyer(order)) return closedPage(reply, order)
    if (asked.data.action === 'approve') approveOrder(merchant, order, asked.data.instrument)
    await saved()
    return leave(reply, order, asked.data.action)
  })
}

function leave(reply: FastifyReply, order: Order, action: 'approve' | 'cancel'): FastifyReply {
  const address = action === 'approve' ? returnUrlOf(order) : cancelUrlOf(order)
  if (address !== null) return reply.redirect(address, 303)
  const title = action === 'approve' ? 'Approved: you may close this page' : 'Cancelled: you may close this page'
  return show(reply, 200, page({ title, body: html`` }))
}

function approvalPage(order: Order): string {
  const choices = instruments.map(
    (instrument, index) => html`
<p><input type="radio" id="${instrument}" name="instrument" value="${instrument}" style="display:inline;width:auto"${
      index === 0 ? html` checked` : undefined
    }> <label for="${instrument}" style="display:inline">${instrumentNames[instrument]}</label></p>`,
  )
  const body = html`
<p>${order.unit.description ?? order.brandName ?? 'Payment'}</p>
<p class="amount">${shown(order.unit.amount)}</p>
<form method="post" action="/checkoutnow">
<input type="hidden" name="token" value="${order.id}">
<fieldset><legend>Pay with</legend>${choices}</fieldset>
<button type="submit" name="action" value="approve">Approve ${shown(order.unit.amount)}</button>
<button type="submit" name="action" value="cancel" formnovalidate>Cancel</button>
</form>`
  return page({ title: 'Pay with PayPal', body })
}

function closedPage(reply: FastifyReply, order: Order | undefined): FastifyReply {
  if (!order) return show(reply, 404, page({ title: 'There is no such payment, or its time is over', body: html`` }))
  const address = order.status === 'VOIDED' ? cancelUrlOf(order) : returnUrlOf(order)
  const body = address === null ? html`` : html`<p><a href="${address}">Go on</a></p>`
  return show(reply, 200, page({ title: 'You have decided about this payment already', body }))
}

function show(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

function withParameters(address: string | null, parameters: Record<string, string>): string | null {
  if (address === null) return null
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
