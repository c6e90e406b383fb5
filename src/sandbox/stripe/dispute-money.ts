/** Moves a disputed amount between Stripe's balance and the bank, with its fee. */
import { type Dispute, type StripeAccount, seconds } from './account.ts'
import { newId } from './new-id.ts'

/** Of each claim that takes money, unless the control call says another. */
const FEE_MINOR = 2_000

/** What the bank has of it now. */
export function takenBy({ balance_transactions }: Dispute): number {
  return balance_transactions.reduce((sum, { amount }) => sum - amount, 0)
}

/** Brings what the bank has to `amount` by one balance transaction. Answers what came here by it: below zero, what went. */
export function moveMoney(account: StripeAccount, dispute: Dispute, amount: number, fee = FEE_MINOR): number {
  const moved = takenBy(dispute) - amount
  if (moved === 0) return 0
  const now = seconds(account.now())
  const charged = moved < 0 && dispute.balance_transactions.length === 0 ? fee : 0
  dispute.balance_transactions.push({
    id: newId('txn_1'),
    object: 'balance_transaction',
    amount: moved,
    available_on: now,
    balance_type: 'payments',
    created: now,
    currency: dispute.currency,
    description: `Chargeback ${moved < 0 ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
    exchange_rate: null,
    fee: charged,
    fee_details:
      charged === 0
        ? []
        : [
            {
              amount: charged,
              application: null,
              currency: dispute.currency,
              description: 'Dispute fee',
              type: 'stripe_fee',
            },
          ],
    net: moved - charged,
    reporting_category: moved < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
  })
  return moved
}
