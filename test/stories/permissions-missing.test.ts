/** Tests that what our keys lack is named, and takes no money with it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { MissingPermission } from '../../src/payments/missing-permission.ts'
import { openPayment } from '../../src/payments/open-payment.ts'
import { lockPayment } from '../../src/payments/paying.ts'
import { probePermissions } from '../../src/payments/probe-permissions.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { Correction } from '../../src/payments/reconciliation/reconciliation.ts'
import { settleOutside } from '../../src/payments/settle-outside.ts'
import { submitRefund } from '../../src/payments/submit-refund.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

const em = () => desk.context.em.fork({ clear: true })
const missing = () => em().find(MissingPermission, {}, { orderBy: { permission: 'asc' } })

async function pass(): Promise<Correction[]> {
  const { id } = await reconcile(desk.context, { apply: true })
  return em().find(Correction, { reconciliationId: id }, { orderBy: { id: 'asc' } })
}

it('each kind of read that a key lacks is named with what fails without it, until it is given', async () => {
  const kinds = ['sessions', 'intents', 'charges', 'refunds', 'disputes', 'events', 'balance', 'payouts']
  await desk.stripe('permissions', { missing: [...kinds, 'fraud_warnings'] })
  await desk.paypal('permissions', { missing: ['disputes', 'webhooks_events'] })
  await probePermissions(desk.context)
  const found = await missing()
  expect(found.map(({ provider, permission }) => `${provider} ${permission}`).toSorted()).toEqual([
    'PAYPAL Disputes: read',
    'PAYPAL Webhooks: read',
    'STRIPE Balance transactions: read',
    'STRIPE Charges: read',
    'STRIPE Checkout Sessions: read',
    'STRIPE Disputes: read',
    'STRIPE Early fraud warnings: read',
    'STRIPE Events: read',
    'STRIPE PaymentIntents: read',
    'STRIPE Payouts: read',
    'STRIPE Refunds: read',
  ])
  for (const { consequence } of found) expect(consequence).toMatch(/\.$/)
  const { since } = found[0] as MissingPermission
  desk.travel(60_000)
  await probePermissions(desk.context)
  expect((await missing())[0]?.since).toEqual(since)
  for (const sandbox of [desk.stripe, desk.paypal]) await sandbox('permissions', { missing: [] })
  await probePermissions(desk.context)
  expect(await missing()).toEqual([])
})

it('a provider that does not answer leaves what was known of its permissions', async () => {
  await desk.stripe('permissions', { missing: ['payouts'] })
  await probePermissions(desk.context)
  await desk.stripe('permissions', { missing: [] })
  await desk.stripe('faults', { operation: 'events.list', fault: 'http_429' })
  await probePermissions(desk.context)
  expect((await missing()).map(({ permission }) => permission)).toEqual(['Payouts: read'])
  await probePermissions(desk.context)
  expect(await missing()).toEqual([])
})

it('C4: without the permission for disputes a refund is imported; with it the dispute has the whole amount', async () => {
  const [refunded, disputed] = [await desk.paid('PAYPAL'), await desk.paid('PAYPAL')]
  await desk.paypal('webhooks', { mode: 'drop' })
  await desk.paypal('permissions', { missing: ['disputes'] })
  const captureOf = async (id: string) => (await desk.payment(id)).captureReference
  await desk.paypal(`captures/${await captureOf(refunded)}/refund`)
  await desk.paypal(`captures/${await captureOf(disputed)}/dispute`, { outcome: 'open', without_amount: true })
  const findings = await pass()
  expect(findings).toContainEqual(
    expect.objectContaining({ subjectKind: 'Refund', to: 'SUCCEEDED', outcome: 'HEALED' }),
  )
  expect((await desk.refunds(refunded)).map(({ amountMinor }) => amountMinor)).toEqual([19_900])
  expect(await desk.disputes(disputed)).toEqual([])
  await desk.paypal('permissions', { missing: [] })
  await pass()
  expect(await desk.disputes(disputed)).toMatchObject([{ amountMinor: 19_900 }])
})

it('a 403 decides nothing: the payment is not failed, the refund not refused, and both go on once it is given', async () => {
  const paid = await desk.paid('CARD')
  const opening = await desk.add('CARD')
  await desk.stripe('permissions', { missing: ['sessions', 'refunds_write'] })
  expect((await openPayment(desk.context, opening)).failure).toMatchObject({ kind: 'NOT_PERMITTED' })
  expect((await desk.payment(opening)).status).toBe('CREATED')
  const { id } = await desk.refund(paid, 19_900)
  expect(await submitRefund(desk.context, id)).toBe(900)
  const [waiting] = await desk.refunds(paid)
  expect(waiting).toMatchObject({ status: 'SUBMITTED', waitingFor: 'PROVIDER_PERMISSION', callKey: `${id}:refund:2` })
  expect(waiting?.providerMessage).toMatch(/does not have the required permissions/)
  await desk.stripe('permissions', { missing: [] })
  await desk.settle()
  expect((await desk.payment(opening)).status).toBe('REQUIRES_ACTION')
  expect((await desk.refunds(paid)).map(({ status }) => status)).toEqual(['SUCCEEDED'])
  expect(await desk.refundedAtProvider(paid)).toEqual([19_900])
})

it('a refund whose sender died is still with its provider while our key may not even look', async () => {
  const paid = await desk.paid('CARD')
  const { id, callKey } = await desk.refund(paid, 19_900)
  const died = new Date(desk.context.now().getTime() - 60_000)
  await desk.sql.query(`update refund set status = 'SUBMITTED', sending_since = $2 where id = $1`, [id, died])
  await desk.stripe('permissions', { missing: ['refunds'] })
  expect(await submitRefund(desk.context, id)).toBe(15 * 60)
  expect(await desk.refunds(paid)).toMatchObject([
    { status: 'SUBMITTED', waitingFor: 'PROVIDER_PERMISSION', callKey, sendingSince: died },
  ])
  const settled = inTransaction(desk.context.em, async (tx) =>
    settleOutside(tx, desk.context, await lockPayment(tx, paid), {
      amountMinor: 19_900,
      keepRegistration: false,
      method: 'bank transfer',
      reference: 'BACS 1',
      settledOn: '2026-12-01',
      reason: 'It was not seen.',
      wish: null,
      actor: 'user:op',
      now: desk.context.now(),
    }),
  )
  await expect(settled).rejects.toMatchObject({ name: 'RefundWithProvider' })
  const held = `select subject_key from operator_case where kind = 'PERMISSION_MISSING' and holds`
  expect((await desk.sql.query(held)).rows).toEqual([{ subject_key: 'STRIPE Refunds: read' }])
  await desk.stripe('permissions', { missing: [] })
  await desk.settle()
  expect((await desk.refunds(paid)).map(({ status }) => status)).toEqual(['SUCCEEDED'])
  expect((await desk.sql.query(held)).rows).toEqual([])
})
