/** Serves control calls for Stripe's buyers, cardholders and dashboard. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { namesOf } from '../our-id.ts'
import { type StripeAccount, seconds } from './account.ts'
import { feeOf, payOut } from './balance.ts'
import { findCharge } from './charges.ts'
import { chosenEvent, newsOfChoice } from './chosen-event.ts'
import { disputeReasons } from './dispute-reasons.ts'
import { disputeCharge, disputeOutcomes } from './disputes.ts'
import { foreignCharge, payForeign } from './foreign-charge.ts'
import { warnOfFraud } from './fraud-warnings.ts'
import { type Attempt, finishAuthentication, payWithCard } from './pay.ts'
import { balanceRequest, setBalance, settlement, settleRefund } from './refund-control.ts'
import { refundCharge } from './refunds.ts'
import { StripeRefusal } from './refusal.ts'
import { findSession } from './sessions.ts'
import { findTestCard, testCards } from './test-cards.ts'

const cardNames = testCards.flatMap((card) => card.names.slice(0, 1)).join(', ')
const testCard = z
  .union([z.string(), z.number().transform(String)])
  .default('visa')
  .transform((text, context) => {
    const card = findTestCard(text)
    if (card) return card
    context.addIssue(`expected the number of a test card, or one of ${cardNames}`)
    return z.NEVER
  })
const payment = z.strictObject({
  card: testCard,
  /** What the buyer answers to 3-D Secure; `leave` stays on the bank's page. */
  authentication: z.enum(['pass', 'fail', 'leave']).default('pass'),
})
const foreign = foreignCharge(testCard)
const refund = z.strictObject({ amount: z.int().min(1).optional() })
const dispute = z
  .strictObject({
    outcome: z.enum(disputeOutcomes).default('open'),
    amount: z.int().min(1).optional(),
    reason: z.enum(disputeReasons).optional(),
    /** Seconds since 1970, as Stripe writes it, or an instant. */
    due_by: z
      .union([z.int().min(0), z.iso.datetime({ offset: true }).transform((text) => seconds(new Date(text)))])
      .optional(),
    fee: z.int().min(0).optional(),
    refundable: z.boolean().optional(),
  })
  .transform(({ due_by: dueBy, ...wish }) => ({ ...wish, dueBy }))
const fraudWarning = z.strictObject({ actionable: z.boolean().default(true) })

interface ById {
  Params: { id: string }
}

/** Serves what buyers, banks and people at the dashboard do, and the ledger. */
export function registerControl(app: FastifyInstance, account: StripeAccount, saved: () => Promise<void>): void {
  app.post('/_sandbox/events', (call, reply) =>
    control(reply, saved, () => newsOfChoice(account, read(chosenEvent, call.body))),
  )

  app.get('/_sandbox/ledger', async () => ledger(account))

  app.post<ById>('/_sandbox/checkout/:id', (call, reply) =>
    control(reply, saved, () => {
      const asked = read(payment, call.body)
      const session = findSession(account, sessionNamed(account, call.params.id))
      if (session.status !== 'open') throw conflict(`The session is ${session.status}; it takes no payment any more.`)
      const given = { card: asked.card, name: 'Test Buyer', expiryMonth: 12, expiryYear: 2040 }
      const attempt = payWithCard(account, session, given)
      const ended =
        attempt.outcome === 'authenticate' && asked.authentication !== 'leave'
          ? finishAuthentication(account, session, asked.authentication === 'pass')
          : attempt
      return told(ended, session.url, session.status)
    }),
  )

  app.post<ById>('/_sandbox/charges/:id/refund', (call, reply) =>
    control(reply, saved, () => {
      const { amount } = read(refund, call.body)
      return refundCharge(account, findCharge(account, call.params.id), amount === undefined ? {} : { amount })
    }),
  )

  app.post('/_sandbox/payouts', (_call, reply) => control(reply, saved, () => payOut(account)))
  app.post('/_sandbox/charges', (call, reply) =>
    control(reply, saved, () => {
      const { attempt, ids } = payForeign(account, read(foreign, call.body))
      if (attempt.outcome === 'refused') return told(attempt, null, null)
      return ids
    }),
  )

  app.post('/_sandbox/balance', (call, reply) =>
    control(reply, saved, () => setBalance(account, read(balanceRequest, call.body).refunds)),
  )

  app.post<ById>('/_sandbox/refunds/:id/settle', (call, reply) =>
    control(reply, saved, () => settleRefund(account, call.params.id, read(settlement, call.body))),
  )

  app.post<ById>('/_sandbox/charges/:id/dispute', (call, reply) =>
    control(reply, saved, () => disputeCharge(account, findCharge(account, call.params.id), read(dispute, call.body))),
  )

  app.post<ById>('/_sandbox/charges/:id/fraud_warning', (call, reply) =>
    control(reply, saved, () =>
      warnOfFraud(account, findCharge(account, call.params.id), read(fraudWarning, call.body).actionable),
    ),
  )
}

/** Where the buyer is now. Throws StripeRefusal (402) with the card's refusal. */
function told(attempt: Attempt, pageUrl: string | null, status: string | null): object {
  if (attempt.outcome !== 'refused') return { url: attempt.url, redirectUrl: attempt.url, status }
  throw new StripeRefusal(402, {
    type: 'card_error',
    code: attempt.code,
    message: `${attempt.message} The buyer stays at ${pageUrl}.`,
  })
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const asked = schema.safeParse(body ?? {})
  if (asked.success) return asked.data
  throw new StripeRefusal(400, { type: 'invalid_request_error', message: z.prettifyError(asked.error) })
}

/** The id of the session itself, or of the latest one of this intent or payment of ours. */
function sessionNamed({ state }: StripeAccount, id: string): string {
  const names = namesOf(id)
  const found = Object.values(state.sessions).findLast(
    ({ payment_intent, metadata }) =>
      (payment_intent !== null && payment_intent === id) || names.includes(metadata?.paymentId ?? ''),
  )
  return state.sessions[id] ? id : (found?.id ?? id)
}

function conflict(message: string): StripeRefusal {
  return new StripeRefusal(409, { type: 'invalid_request_error', message })
}

async function control(reply: FastifyReply, saved: () => Promise<void>, act: () => object): Promise<FastifyReply> {
  try {
    const done = structuredClone(act())
    await saved()
    return reply.send(done)
  } catch (problem) {
    if (!(problem instanceof StripeRefusal)) throw problem
    return reply.code(problem.status).send({ error: problem.body })
  }
}

function ledger({ state }: StripeAccount): object {
  return {
    charges: Object.values(state.charges).map((charge) => ({
      id: charge.id,
      amount: charge.amount,
      currency: charge.currency,
      metadata: charge.metadata,
      status: charge.status,
      payment_intent: charge.payment_intent,
      fee: charge.status === 'succeeded' ? feeOf(charge) : 0,
    })),
    disputes: Object.values(state.disputes).map(({ id, charge, amount, status }) => ({ id, charge, amount, status })),
    payouts: Object.values(state.payouts).map(({ id, amount }) => ({ id, amount })),
    refunds: Object.values(state.refunds).map(({ id, charge, amount, currency, metadata, status }) => ({
      id,
      charge,
      amount,
      currency,
      metadata,
      status,
    })),
  }
}
