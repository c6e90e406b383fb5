/** Learns what providers kept of payments and by which payout they passed it on. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { holdMark, lessOverlap, markOf, moveMark } from '../../store/list-mark.ts'
import { inTransaction } from '../../store/transaction.ts'
import { isUpstreamFailure } from '../../values/upstream-failure.ts'
import { findPayment, lockPayment, type Paying } from '../paying.ts'
import { paymentJobs } from '../payment-jobs.ts'
import { type ProviderName, type ProviderPayout, ProviderName as Providers } from '../payment-provider.ts'
import { PaymentReference } from './payment-reference.ts'

const DAY_MS = 24 * 60 * 60_000
/** What a provider has not said by then it does not say. */
const ASKED_FOR_MS = 45 * DAY_MS
/** From a payout's making to its arrival: a bank holiday and two weekends between. */
const PAYOUT_TAKES_MS = 14 * DAY_MS

/** Asks for the fee of one payment and keeps it. Answers whether it is known. Throws UpstreamFailure. */
async function learnSettlement(context: Paying, paymentId: string): Promise<boolean> {
  const em = context.em.fork({ clear: true })
  const { provider, captureReference, feeMinor } = await findPayment(em, paymentId)
  if (captureReference === null || feeMinor !== null) return feeMinor !== null
  const charge = await em.findOne(PaymentReference, { paymentId, kind: 'CHARGE' })
  const capture = { reference: captureReference, chargeReference: charge?.written ?? null }
  const said = await context.providers[provider].settlementOf(capture)
  if (said === null) return false
  await inTransaction(context.em, async (tx) => {
    const payment = await lockPayment(tx, paymentId)
    payment.feeMinor = said.fee.amountMinor
    payment.netMinor = said.net.amountMinor
    payment.settlementCurrency = said.net.currency
    payment.exchangeRate = said.exchangeRate
    payment.availableAt = said.availableAt
  })
  return true
}

/** What cannot be had now is asked for on another day, and takes nothing of the money with it. */
async function tryToLearn(context: Paying, paymentId: string): Promise<void> {
  try {
    await learnSettlement(context, paymentId)
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    context.log.warn({ paymentId, code: failure.code }, 'the fee of a payment could not be asked for')
  }
}

/** Once a day: fees that are not known, of payments not older than that, and what was paid out since the last time. */
export async function learnSettlements(context: Paying): Promise<void> {
  const since = new Date(context.now().getTime() - ASKED_FOR_MS)
  const unknown = await context.em
    .fork({ clear: true })
    .execute<{ id: string }[]>(
      'select id from payment where captured_at >= ? and fee_minor is null order by captured_at',
      [since],
    )
  for (const { id } of unknown) await tryToLearn(context, id)
  for (const provider of Object.values(Providers)) await learnPayouts(context, provider, since)
}

/** The mark moves once the list was read to its end. */
async function learnPayouts(context: Paying, source: ProviderName, earliest: Date): Promise<void> {
  const list = { source, list: 'payouts' }
  const began = context.now()
  const readUntil = (await markOf(context.em, list))?.readUntil ?? null
  const known = readUntil === null ? earliest : new Date(lessOverlap(readUntil).getTime() - PAYOUT_TAKES_MS)
  try {
    let any = false
    for await (const payout of context.providers[source].paidPayouts(known < earliest ? earliest : known)) {
      any = true
      await inTransaction(context.em, (tx) => recordPayout(tx, source, payout))
    }
    if (any || readUntil !== null) await moveMark(context.em, list, { began, endedAt: context.now() })
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    await holdMark(context.em, list, {
      problem: `${source} did not list its payouts to the end (${failure.code}).`,
      at: began,
    })
  }
}

async function recordPayout(tx: EntityManager, provider: ProviderName, payout: ProviderPayout): Promise<void> {
  const { reference, paidAt, chargeReferences } = payout
  await tx.execute(
    `with carried as (
       select payment_id from payment_reference
       where provider = ? and kind = 'CHARGE' and value = any (select lower(jsonb_array_elements_text(?::jsonb)))),
     told as (
       insert into payment_reference (payment_id, provider, kind, value, written)
       select payment_id, ?, 'PAYOUT', lower(?), ? from carried on conflict do nothing)
     update payment set payout_reference = ?, paid_out_at = ? from carried
     where payment.id = carried.payment_id and payout_reference is null`,
    [provider, JSON.stringify(chargeReferences), provider, reference, reference, reference, paidAt],
  )
}

export const learnSettlementJob = paymentJobs.learnSettlement.runs((context: Paying, { paymentId }) =>
  tryToLearn(context, paymentId),
)

export const learnSettlementsJob = paymentJobs.learnSettlements.runs(learnSettlements)
