/** Serves control calls for PayPal's buyers, banks and dashboard. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { namesOf } from '../our-id.ts'
import { cancelUrlOf, returnUrlOf, waitsForBuyer } from './approval-page.ts'
import { findCapture } from './captures.ts'
import { chosenEvent, newsOfChoice } from './chosen-event.ts'
import { type Money, minorOf, moneyOf } from './decimal-money.ts'
import { disputeCapture, disputeOutcomes } from './disputes.ts'
import { captureForeign, foreignCapture } from './foreign-capture.ts'
import {
  type Capture,
  disputeReasons,
  disputeStages,
  instruments,
  type Order,
  type PaypalMerchant,
  pendingReasons,
} from './merchant.ts'
import { approveOrder, findOrder } from './orders.ts'
import { refundView } from './payment-view.ts'
import { makePending, pendingOutcomes } from './pending-captures.ts'
import { refundCapture, settleRefund } from './refunds.ts'
import { newDebugId, PaypalRefusal } from './refusal.ts'

const money = z.strictObject({ currency_code: z.string(), value: z.string() })
const decimal = z.string().regex(/^\d+(\.\d{1,2})?$/, 'expected a decimal text, e.g. "100.00"')
const nothing = z.strictObject({})
const approval = z.strictObject({ instrument: z.enum(instruments).default('balance') })
const refund = z.strictObject({
  /** A decimal text in the capture's currency, or the amount with its currency. */
  amount: z.union([decimal, money]).optional(),
})
const dispute = z.strictObject({
  outcome: z.enum(disputeOutcomes).default('open'),
  stage: z.enum(disputeStages).optional(),
  amount: decimal.optional(),
  refunded: decimal.optional(),
  listed: z.boolean().default(false),
  reason: z.enum(disputeReasons).optional(),
  due_by: z.iso.datetime({ offset: true }).optional(),
  fee: decimal.optional(),
  allowed_refund: decimal.optional(),
  without_amount: z.boolean().default(false),
})
const pending = z.strictObject({
  reason: z.enum(pendingReasons).optional(),
  outcome: z.enum(pendingOutcomes).optional(),
})
const balance = z.strictObject({ refunds: z.enum(['enough', 'refused']) })
const settlement = z.strictObject({ outcome: z.enum(['completed', 'failed', 'cancelled']).default('completed') })

interface ById {
  Params: { id: string }
}

/** Serves /_sandbox/ledger and what people do to orders, captures and refunds. */
export function registerControl(app: FastifyInstance, merchant: PaypalMerchant, saved: () => Promise<void>): void {
  const serve = (path: string, act: (id: string, body: unknown) => object) =>
    app.post<ById>(path, (call, reply) => control(reply, saved, () => act(call.params.id, call.body)))

  app.get('/_sandbox/ledger', async () => ledger(merchant))
  serve('/_sandbox/orders/:id/approve', (id, body) => {
    const { instrument } = read(approval, body)
    const order = orderOf(merchant, id)
    if (!waitsForBuyer(order)) throw conflict(`The order is ${order.status}; the buyer has decided already.`)
    approveOrder(merchant, order, instrument)
    return { url: returnUrlOf(order), redirectUrl: returnUrlOf(order), status: order.status }
  })
  serve('/_sandbox/orders/:id/cancel', (id, body) => {
    read(nothing, body)
    const order = orderOf(merchant, id)
    if (!waitsForBuyer(order)) throw conflict(`The order is ${order.status}; the buyer has decided already.`)
    return { url: cancelUrlOf(order), redirectUrl: cancelUrlOf(order), status: order.status }
  })
  serve('/_sandbox/captures/:id/refund', (id, body) => {
    const { amount } = read(refund, body)
    const capture = captureOf(merchant, id)
    const { currency_code } = capture.amount
    const refunded = typeof amount === 'string' ? { currency_code, value: amount } : amount
    return refundView(merchant, refundCapture(merchant, capture, { amount: refunded }))
  })
  serve('/_sandbox/captures/:id/dispute', (id, body) => {
    const asked = read(dispute, body)
    const capture = captureOf(merchant, id)
    const money = (value: string | undefined) => (value === undefined ? value : inCurrencyOf(capture, value))
    return disputeCapture(merchant, capture, {
      outcome: asked.outcome,
      stage: asked.stage,
      amount: money(asked.amount),
      refunded: money(asked.refunded),
      listed: asked.listed,
      reason: asked.reason,
      dueAt: asked.due_by,
      fee: money(asked.fee),
      allowedRefund: money(asked.allowed_refund),
      withoutAmount: asked.without_amount,
    })
  })
  serve('/_sandbox/events', (_id, body) => newsOfChoice(merchant, read(chosenEvent, body)))
  serve('/_sandbox/captures', (_id, body) => captureForeign(merchant, read(foreignCapture, body)))
  serve('/_sandbox/captures/:id/pending', (id, body) => {
    const { outcome, reason } = read(pending, body)
    return makePending(merchant, ourCapture(merchant, id)?.id ?? ourOrder(merchant, id)?.id ?? id, outcome, reason)
  })
  serve('/_sandbox/balance', (_id, body) => {
    const { refunds } = read(balance, body)
    merchant.state.refundBalance = refunds
    merchant.changed()
    return { refunds }
  })
  serve('/_sandbox/refunds/:id/settle', (id, body) => {
    const outcome = read(settlement, body).outcome.toUpperCase() as 'COMPLETED' | 'FAILED' | 'CANCELLED'
    return refundView(merchant, settleRefund(merchant, id, outcome))
  })
}

function inCurrencyOf({ amount: { currency_code } }: Capture, value: string): Money {
  return moneyOf(minorOf({ currency_code, value }), currency_code)
}

/** The capture with this id, or that of the order or of our payment with this id. Throws PaypalRefusal (404). */
function captureOf(merchant: PaypalMerchant, id: string): Capture {
  const ofOrder = Object.values(merchant.state.captures).find((capture) => capture.orderId === id)
  return ofOrder ?? ourCapture(merchant, id) ?? findCapture(merchant, id)
}

const ourCapture = ({ state }: PaypalMerchant, id: string): Capture | undefined =>
  Object.values(state.captures).findLast(({ customId }) => customId !== null && namesOf(id).includes(customId))

/** The order with this id, or that of our payment with this id. Throws PaypalRefusal (404). */
const orderOf = (merchant: PaypalMerchant, id: string): Order => ourOrder(merchant, id) ?? findOrder(merchant, id)

const ourOrder = ({ state }: PaypalMerchant, id: string): Order | undefined =>
  Object.values(state.orders).findLast(({ unit }) => unit.custom_id && namesOf(id).includes(unit.custom_id))

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const asked = schema.safeParse(body ?? {})
  if (asked.success) return asked.data
  const description = z.prettifyError(asked.error)
  throw new PaypalRefusal(400, [{ issue: 'INVALID_PARAMETER_VALUE', description, location: 'body' }])
}

function conflict(description: string): PaypalRefusal {
  return new PaypalRefusal(409, [{ issue: 'ORDER_DECIDED', description }])
}

async function control(reply: FastifyReply, saved: () => Promise<void>, act: () => object): Promise<FastifyReply> {
  try {
    const done = structuredClone(act())
    await saved()
    return reply.send(done)
  } catch (problem) {
    if (!(problem instanceof PaypalRefusal)) throw problem
    const { status, body } = problem.answer(newDebugId())
    return reply.code(status).send({ error: problem.message, ...(body as object) })
  }
}

/** Amounts in minor units, as in Stripe's ledger; `metadata` carries what orders have instead of it. */
function ledger({ state }: PaypalMerchant): object {
  return {
    captures: Object.values(state.captures).map(({ id, orderId, amount, customId, invoiceId, status }) => ({
      id,
      order: orderId,
      amount: minorOf(amount),
      currency: amount.currency_code,
      status,
      metadata: { custom_id: customId, invoice_id: invoiceId },
    })),
    refunds: Object.values(state.refunds).map(({ id, captureId, amount, customId, invoiceId, status }) => ({
      id,
      capture: captureId,
      amount: minorOf(amount),
      currency: amount.currency_code,
      status,
      metadata: { custom_id: customId, invoice_id: invoiceId },
    })),
    disputes: Object.values(state.disputes).map(({ id, captureId: capture, amount, status }) => ({
      id,
      capture,
      amount: minorOf(amount),
      status,
    })),
  }
}
