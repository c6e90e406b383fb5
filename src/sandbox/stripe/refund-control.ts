/** Does to refunds what a balance or a bank does. */
import { z } from 'zod'
import type { Refund, StripeAccount } from './account.ts'
import { refundFailed, setRefunded } from './refunds.ts'
import { noSuch, StripeRefusal } from './refusal.ts'

/** What the balance does to refunds: pays them, has them refused, or has them wait. */
export const balances = ['enough', 'refused', 'pending'] as const
export const balanceRequest = z.strictObject({ refunds: z.enum(balances) })
const refundOutcomes = ['succeeded', 'failed', 'canceled'] as const
export const settlement = z.strictObject({
  outcome: z.enum(refundOutcomes).default('succeeded'),
  reason: z.string().min(1).optional(),
})

/** Sets what becomes of refunds from now on; those that wait for money succeed when there is enough. */
export function setBalance(account: StripeAccount, refunds: (typeof balances)[number]): object {
  account.state.balance.refunds = refunds
  account.changed('balance', 'refunds')
  const waiting = Object.values(account.state.refunds).filter(
    ({ status, pending_reason }) => status === 'pending' && pending_reason === 'insufficient_funds',
  )
  for (const refund of refunds === 'enough' ? waiting : []) settleRefund(account, refund.id, { outcome: 'succeeded' })
  return { refunds }
}

/** Ends a refund that is pending; one that has succeeded can still fail at the bank. Throws StripeRefusal. */
export function settleRefund(
  account: StripeAccount,
  id: string,
  { outcome, reason }: Pick<z.output<typeof settlement>, 'outcome'> & { reason?: string | undefined },
): Refund {
  const refund = account.state.refunds[id]
  if (!refund) throw noSuch('refund', id)
  const possible = refund.status === 'pending' || (refund.status === 'succeeded' && outcome === 'failed')
  if (!possible) {
    const message = `The refund is ${refund.status}; it cannot become ${outcome}.`
    throw new StripeRefusal(409, { type: 'invalid_request_error', message })
  }
  const previous = { status: refund.status }
  if (outcome === 'failed') return refundFailed(account, refund, reason ?? 'lost_or_stolen_card')
  refund.status = outcome
  delete refund.pending_reason
  const charge = account.state.charges[String(refund.charge)]
  if (outcome === 'canceled' && charge) {
    setRefunded(charge, charge.amount_refunded - refund.amount)
    account.changed('charges', charge.id)
  }
  account.emit('refund.updated', refund, previous)
  account.emit('charge.refund.updated', refund, previous)
  return refund
}
