/** Keeps the seller's balance: a transaction with its fee for each charge, and payouts. */
import { z } from 'zod'
import { type Charge, type Payout, type StripeAccount, seconds } from './account.ts'
import { decimalsOf } from './amounts.ts'
import { listPage, madeWithin } from './lists.ts'
import { newId } from './new-id.ts'
import { checked, paging, timeRange } from './parameters.ts'
import { StripeRefusal } from './refusal.ts'
import type { Route } from './route.ts'

const FEE_PER_THOUSAND_PART = 15
const FEE_MINOR = 20
const AVAILABLE_AFTER_SECONDS = 2 * 86_400
/** Everything settles in pounds; whatever else was paid at this rate. */
const RATE_UNITS = 0.8

interface BalanceTransaction {
  id: string
  object: 'balance_transaction'
  type: 'charge'
  source: string
  amount: number
  fee: number
  net: number
  currency: 'gbp'
  exchange_rate: number | null
  created: number
  available_on: number
}

/** 1.5 %, rounded up, and 20p. */
export function feeOf(charge: Charge): number {
  return Math.ceil((settled(charge) * FEE_PER_THOUSAND_PART) / 1000) + FEE_MINOR
}

function settled({ amount_captured, currency }: Charge): number {
  if (currency === 'gbp') return amount_captured
  return Math.round((amount_captured * 100 * RATE_UNITS) / 10 ** decimalsOf(currency))
}

function transactionOf(charge: Charge): BalanceTransaction {
  const fee = feeOf(charge)
  return {
    id: String(charge.balance_transaction),
    object: 'balance_transaction',
    type: 'charge',
    source: charge.id,
    amount: settled(charge),
    fee,
    net: settled(charge) - fee,
    currency: 'gbp',
    exchange_rate: charge.currency === 'gbp' ? null : RATE_UNITS,
    created: charge.created,
    available_on: charge.created + AVAILABLE_AFTER_SECONDS,
  }
}

const paidCharges = ({ state }: StripeAccount) =>
  Object.values(state.charges).filter(({ status }) => status === 'succeeded')

const transactionList = z.strictObject({
  ...paging,
  created: timeRange.optional(),
  source: z.string().optional(),
  payout: z.string().optional(),
})
const payoutList = z.strictObject({ ...paging, created: timeRange.optional(), status: z.string().optional() })

export function balanceRoutes(account: StripeAccount): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/balance_transactions',
      operation: 'balance_transactions.list',
      handle({ params }) {
        const asked = checked(transactionList, params)
        const carried = asked.payout === undefined ? null : (account.state.payoutCharges[asked.payout] ?? [])
        const found = paidCharges(account)
          .map(transactionOf)
          .filter((one) => asked.source === undefined || one.source === asked.source)
          .filter((one) => (carried?.includes(one.source) ?? true) && madeWithin(one, asked.created))
        return listPage(found, asked, '/v1/balance_transactions')
      },
    },
    {
      method: 'GET',
      path: '/v1/payouts',
      operation: 'payouts.list',
      handle({ params }) {
        const asked = checked(payoutList, params)
        const found = Object.values(account.state.payouts).filter(
          (one) => madeWithin(one, asked.created) && (asked.status === undefined || one.status === asked.status),
        )
        return listPage(found, asked, '/v1/payouts')
      },
    },
  ]
}

/** Pays out what is available and was not paid out. Throws StripeRefusal (409) when that is nothing. */
export function payOut(account: StripeAccount): Payout {
  const { state } = account
  const now = seconds(account.now())
  const before = new Set(Object.values(state.payoutCharges).flat())
  const due = paidCharges(account)
    .map(transactionOf)
    .filter(({ source, available_on }) => available_on <= now && !before.has(source))
  if (due.length === 0) {
    const message = 'Nothing is available: money is two days after its charge.'
    throw new StripeRefusal(409, { type: 'invalid_request_error', message })
  }
  const payout: Payout = {
    id: newId('po_1'),
    object: 'payout',
    amount: due.reduce((sum, { net }) => sum + net, 0),
    currency: 'gbp',
    status: 'paid',
    created: now,
    arrival_date: now,
    automatic: true,
    livemode: false,
    metadata: {},
  }
  state.payouts[payout.id] = payout
  state.payoutCharges[payout.id] = due.map(({ source }) => source)
  account.changed('payoutCharges', payout.id)
  account.emit('payout.paid', payout)
  return payout
}
