/** Tests which disputes a pass looks at again, and how many. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Case } from '../../src/cases/case.ts'
import { openCase } from '../../src/cases/open-case.ts'
import { endedDisputes } from '../../src/payments/reconciliation/ended-disputes.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

const em = () => desk.context.em.fork({ clear: true })
const DAY_MS = 86_400_000

it('at most a hundred of those that have ended, the longest unseen first, and none of PayPal', async () => {
  const now = new Date()
  const ended = (paymentId: string, unseenMs: number) =>
    desk.sql.query(
      `insert into dispute (id, payment_id, reference, amount_minor, currency, status, stage, reason, refundable,
         opened_at, closed_at, looked_at)
       values ($1, $2, $3, 1, 'GBP', 'WON', 'CHARGEBACK', 'OTHER', 'ANY', $4, $4, $5)`,
      [randomUUID(), paymentId, randomUUID(), new Date(now.getTime() - 9 * DAY_MS), new Date(now.getTime() - unseenMs)],
    )
  const [often, once, payPal] = [await desk.add('CARD'), await desk.add('CARD'), await desk.add('PAYPAL')]
  await ended(payPal, 5 * DAY_MS)
  await ended(often, DAY_MS / 2)
  await ended(once, 2 * DAY_MS)
  expect(await endedDisputes(em(), now)).toEqual([once])
  for (let nth = 0; nth < 100; nth += 1) await ended(often, 3 * DAY_MS - nth)
  expect(await endedDisputes(em(), now)).toEqual(Array.from({ length: 100 }, () => often))
  await desk.sql.query('delete from dispute')
})

it('each that is open, and its case has been seen to hold then', async () => {
  const id = await desk.paid('CARD')
  await desk.stripe(`charges/${await desk.chargeOf(id)}/dispute`, { outcome: 'open' })
  await desk.settle()
  const [{ id: disputeId } = { id: '' }] = await desk.disputes(id)
  const opened = { kind: 'DISPUTE_OPEN', subject: { type: 'Dispute', id: disputeId }, message: 'It is open.' } as const
  await inTransaction(em(), (tx) => openCase(tx, opened, desk.context.now()))
  desk.travel(DAY_MS)
  await reconcile(desk.context, { apply: true })
  const { since, lastSeenAt, status } = await em().findOneOrFail(Case, { subjectId: disputeId })
  expect(status).toBe('OPEN')
  expect(lastSeenAt.getTime() - since.getTime()).toBeGreaterThanOrEqual(DAY_MS)
})
