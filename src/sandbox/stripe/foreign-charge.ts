/** Makes a paid charge that no gateway asked for, with its session. */
import { z } from 'zod'
import type { StripeAccount } from './account.ts'
import { type Attempt, payWithCard } from './pay.ts'
import { createSession } from './sessions.ts'
import type { TestCard } from './test-cards.ts'

export const foreignCharge = (card: z.ZodType<TestCard>) =>
  z.strictObject({
    amount: z.int().min(1),
    currency: z.string(),
    metadata: z.record(z.string(), z.string()).default({}),
    email: z.email().optional(),
    card,
  })

/** Throws StripeRefusal where Stripe takes no such amount. `attempt` says whether the card paid. */
export function payForeign(
  account: StripeAccount,
  asked: z.output<ReturnType<typeof foreignCharge>>,
): { attempt: Attempt; ids: { session: string; payment_intent: string | null; charge: string | null } } {
  const { amount, currency, metadata, email, card } = asked
  const price = { currency, unit_amount: `${amount}`, product_data: { name: 'Something of the account' } }
  const session = createSession(account, {
    line_items: [{ price_data: price, quantity: '1' }],
    success_url: `${account.url}/`,
    metadata,
    payment_intent_data: { metadata, ...(email !== undefined && { receipt_email: email }) },
    ...(email !== undefined && { customer_email: email }),
  })
  const attempt = payWithCard(account, session, { card, name: 'Test Buyer', expiryMonth: 12, expiryYear: 2040 })
  const intent = account.state.paymentIntents[String(session.payment_intent)]
  const charge = intent?.latest_charge ?? null
  return { attempt, ids: { session: session.id, payment_intent: intent?.id ?? null, charge: charge && String(charge) } }
}
