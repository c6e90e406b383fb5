/** Tests that money paid back another way ends what a refund would have ended. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { lockPayment } from '../../src/payments/paying.ts'
import { type OutsideSettlement, settleOutside } from '../../src/payments/settle-outside.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

async function paid(method: 'CARD' | 'PAYPAL' = 'CARD'): Promise<string> {
  const id = await desk.paid(method)
  desk.shop.told.length = 0
  return id
}

const settle = (paymentId: string, amountMinor: number, said: Partial<OutsideSettlement> = {}) =>
  inTransaction(desk.context.em, async (tx) =>
    settleOutside(tx, desk.context, await lockPayment(tx, paymentId), {
      amountMinor,
      keepRegistration: false,
      method: ' bank transfer ',
      reference: 'BACS 88121',
      settledOn: '2027-06-03',
      reason: 'PayPal takes it back no more.',
      wish: null,
      actor: 'user:op',
      now: desk.context.now(),
      ...said,
    }),
  )

it('is a row of its own, counts as back, and is told as a refund that succeeded', async () => {
  const id = await paid()
  const { id: refundId } = await settle(id, 19_900)
  expect(await desk.refunds(id)).toMatchObject([
    {
      status: 'SETTLED_OUTSIDE',
      origin: 'OPERATOR',
      attempt: 1,
      wishId: refundId,
      requestedBy: 'user:op',
      outsideMethod: 'bank transfer',
      outsideReference: 'BACS 88121',
      outsideSettledOn: '2027-06-03',
      outsideReason: 'PayPal takes it back no more.',
      settledAt: expect.any(Date),
      failureReason: null,
    },
  ])
  expect(await desk.history(refundId)).toEqual(['REQUESTED', 'SETTLED_OUTSIDE'])
  expect(desk.shop.told).toEqual([{ what: 'refunded', status: 'SETTLED_OUTSIDE', backMinor: 19_900 }])
  await expect(settle(id, 1)).rejects.toMatchObject({ name: 'RefundExceeds', maximumMinor: 0 })
  await expect(desk.refund(id, 1)).rejects.toMatchObject({ name: 'RefundExceeds', maximumMinor: 0 })
  await desk.settle()
  expect(await desk.refundedAtProvider(id)).toEqual([])
})

it('never settles more than is left, nor while the provider may yet pay', async () => {
  const id = await paid()
  await settle(id, 10_000)
  await expect(settle(id, 9_901)).rejects.toMatchObject({ name: 'RefundExceeds', maximumMinor: 9_900 })
  const { id: refundId } = await desk.refund(id, 9_900)
  for (const status of ['SUBMITTED', 'UNKNOWN', 'PENDING']) {
    await desk.sql.query('update refund set status = $2 where id = $1', [refundId, status])
    await expect(settle(id, 1)).rejects.toMatchObject({ name: 'RefundWithProvider' })
  }
  expect((await desk.refunds(id)).map(({ status }) => status)).toEqual(['SETTLED_OUTSIDE', 'PENDING'])
})

it('calls off what waits for its turn, and leaves the rest of the wish waiting', async () => {
  const id = await paid('PAYPAL')
  await desk.paypal('balance', { refunds: 'refused' })
  await desk.refund(id, 19_900)
  await desk.settle(1)
  const [, waiting] = await desk.refunds(id)
  expect(waiting).toMatchObject({ status: 'REQUESTED', attempt: 2, waitingFor: 'PROVIDER_BALANCE' })
  await settle(id, 5_000)
  const wish = { wishId: waiting?.wishId, askedAt: waiting?.askedAt }
  expect(await desk.refunds(id)).toMatchObject([
    { ...wish, status: 'FAILED', attempt: 1 },
    { ...wish, status: 'CANCELLED', attempt: 2, waitingFor: null, nextTryAt: null },
    { ...wish, status: 'SETTLED_OUTSIDE', attempt: 3, amountMinor: 5_000 },
    { ...wish, status: 'REQUESTED', attempt: 4, amountMinor: 14_900, nextTryAt: waiting?.nextTryAt },
  ])
  await desk.paypal('balance', { refunds: 'enough' })
  await desk.settle()
  expect(await desk.refundedAtProvider(id)).toEqual([14_900])
  expect(desk.shop.told.map(({ backMinor }) => backMinor)).toEqual([5_000, 19_900])
})

it('in part of what can never be made leaves the rest a wish for a person, until that is settled too', async () => {
  const id = await paid('PAYPAL')
  await desk.paypal('refusals', { operation: 'captures.refund', issue: 'REFUND_NOT_ALLOWED', times: 1 })
  await desk.refund(id, 19_900)
  await desk.settle()
  const cases = async () =>
    (
      await desk.sql.query(
        `select c.kind, c.status, c.amount_minor from operator_case c join refund r on r.id = c.subject_id where r.payment_id = $1`,
        [id],
      )
    ).rows
  const open = { kind: 'REFUND_FAILED', status: 'OPEN' }
  expect(await cases()).toEqual([{ ...open, amount_minor: '19900' }])
  await settle(id, 5_000)
  const [failed, part] = await desk.refunds(id)
  expect(failed).toMatchObject({ status: 'FAILED', waitingFor: 'OPERATOR' })
  expect(part).toMatchObject({ status: 'SETTLED_OUTSIDE', askedAt: failed?.askedAt })
  expect(await cases()).toEqual([{ ...open, amount_minor: '14900' }])
  await settle(id, 14_900)
  expect((await desk.refunds(id))[0]).toMatchObject({ status: 'FAILED', waitingFor: null })
  expect(await cases()).toEqual([{ ...open, status: 'CLOSED', amount_minor: '14900' }])
})

it('that the provider pays all the same makes more go back than came, which a person sees until it bounces', async () => {
  const id = await paid('CARD')
  await settle(id, 19_900)
  await desk.stripe(`charges/${await desk.chargeOf(id)}/refund`)
  await desk.settle()
  const cases = async () =>
    (await desk.sql.query('select kind, status, outcome, amount_minor from operator_case where subject_id = $1', [id]))
      .rows
  expect(await cases()).toEqual([{ kind: 'PAYMENT_DIFFERS', status: 'OPEN', outcome: null, amount_minor: '19900' }])
  const { reference } = (await desk.refunds(id)).at(-1) as { reference: string }
  await desk.stripe(`refunds/${reference}/settle`, { outcome: 'failed' })
  await desk.settle()
  expect(await cases()).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})
