/** Tests that cases found by passes and probes open once and close by themselves. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Case } from '../../src/cases/case.ts'
import type { CaseKind } from '../../src/cases/case-kind.ts'
import { probePermissions } from '../../src/payments/probe-permissions.ts'
import { ProviderObject } from '../../src/payments/provider-object.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { settleCases } from '../../src/payments/reconciliation/settle-cases.ts'
import { holdMark, moveMark } from '../../src/store/list-mark.ts'
import { openPaymentsDesk, type PaymentsDesk } from '../support/money/payments-desk.ts'

const HOUR_MS = 3_600_000

let desk: PaymentsDesk
beforeAll(async () => {
  desk = await openPaymentsDesk()
})
afterAll(() => desk?.close())

const ofKind = (kind: CaseKind) =>
  desk.context.em.fork({ clear: true }).find(Case, { kind }, { orderBy: { count: 'asc' } })
const sql = (text: string, values: unknown[] = []) => desk.context.em.fork({ clear: true }).execute(text, values)

it.each([
  ['UNKNOWN', HOUR_MS, 'STRIPE has not said for an hour how the payment went.'],
  ['PROCESSING', 72 * HOUR_MS, 'STRIPE has been processing the payment for three days.'],
])('a payment that is %s for long is PAYMENT_UNSETTLED until it has settled', async (status, afterMs, message) => {
  const id = await desk.paid('CARD')
  const now = desk.context.now().getTime()
  await sql('update payment set status = ?, updated_at = ? where id = ?', [
    status,
    new Date(now - afterMs + 60_000),
    id,
  ])
  await settleCases(desk.context)
  const about = async () => (await ofKind('PAYMENT_UNSETTLED')).filter(({ subjectId }) => subjectId === id)
  expect(await about()).toEqual([])
  await sql('update payment set updated_at = ? where id = ?', [new Date(now - afterMs), id])
  await settleCases(desk.context)
  await settleCases(desk.context)
  expect(await about()).toMatchObject([{ status: 'OPEN', message, subjectType: 'Payment', currency: 'GBP' }])
  await sql('update payment set status = ? where id = ?', ['SUCCEEDED', id])
  desk.travel(1_000)
  await settleCases(desk.context)
  expect(await about()).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF', closedBy: null }])
})

it('a list that no try reads to its end for an hour is LIST_NOT_READ until one does', async () => {
  const list = { source: 'PARTNER', list: 'runs' }
  const began = desk.context.now()
  await holdMark(desk.context.em, list, { problem: 'It answered nonsense.', at: began })
  desk.travel(HOUR_MS - 60_000)
  await settleCases(desk.context)
  expect(await ofKind('LIST_NOT_READ')).toEqual([])
  desk.travel(60_000)
  await settleCases(desk.context)
  expect(await ofKind('LIST_NOT_READ')).toMatchObject([
    { status: 'OPEN', subjectKey: 'PARTNER runs', detail: 'It answered nonsense.' },
  ])
  await moveMark(desk.context.em, list, { began: desk.context.now(), endedAt: desk.context.now() })
  desk.travel(1_000)
  await settleCases(desk.context)
  expect(await ofKind('LIST_NOT_READ')).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})

it('a job that has given up is JOB_GIVEN_UP until it is gone', async () => {
  await sql(`select graphile_worker.add_job('a_task_of_nobody', max_attempts := 1, job_key := 'given up')`)
  await sql(`update graphile_worker._private_jobs set attempts = 1, last_error = 'no such luck' where key = 'given up'`)
  await settleCases(desk.context)
  expect(await ofKind('JOB_GIVEN_UP')).toMatchObject([{ status: 'OPEN', detail: 'no such luck' }])
  await sql(`delete from graphile_worker._private_jobs where key = 'given up'`)
  desk.travel(1_000)
  await settleCases(desk.context)
  expect(await ofKind('JOB_GIVEN_UP')).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})

it('what a key lacks is PERMISSION_MISSING until the probe finds it there', async () => {
  await desk.stripe('permissions', { missing: ['payouts'] })
  await probePermissions(desk.context)
  expect(await ofKind('PERMISSION_MISSING')).toMatchObject([{ status: 'OPEN', subjectKey: 'STRIPE Payouts: read' }])
  await desk.stripe('permissions', { missing: [] })
  await probePermissions(desk.context)
  expect(await ofKind('PERMISSION_MISSING')).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})

it('C3: an entry that cannot be read is one ENTRY_UNREADABLE, and a dry run opens none', async () => {
  await desk.stripe('events', { list: 'unreadable' })
  await reconcile(desk.context, { apply: false })
  expect(await ofKind('ENTRY_UNREADABLE')).toEqual([])
  await reconcile(desk.context, { apply: true })
  await reconcile(desk.context, { apply: true })
  const [one, ...others] = await ofKind('ENTRY_UNREADABLE')
  expect(others).toEqual([])
  expect(one).toMatchObject({ status: 'OPEN', providerReference: expect.stringMatching(/^evt_/) })
})

it('C5: money that carries our id and is not here is one PAYMENT_NOT_HERE, followed until it is back', async () => {
  const paymentId = randomUUID()
  await desk.stripe('webhooks', { mode: 'shuffle' })
  const asked = { amount: 49_500, currency: 'gbp', metadata: { paymentId }, email: 'ada@example.org' }
  const made = (await desk.stripe('charges', asked)) as { session: string; charge: string }
  await desk.stripe('webhooks', { mode: 'deliver' })
  await reconcile(desk.context, { apply: true })
  expect(await ofKind('PAYMENT_NOT_HERE')).toEqual([])
  desk.travel(61_000)
  await reconcile(desk.context, { apply: false })
  expect(await ofKind('PAYMENT_NOT_HERE')).toEqual([])
  for (const _ of [1, 2]) await reconcile(desk.context, { apply: true })
  const [found, ...others] = await ofKind('PAYMENT_NOT_HERE')
  expect(others).toEqual([])
  const message = `STRIPE has taken money for payment ${paymentId}, which is in no book here.`
  expect(found).toMatchObject({ status: 'OPEN', message, amountMinor: 49_500, providerReference: made.session })
  const object = () => desk.context.em.fork({ clear: true }).findOneOrFail(ProviderObject, found?.subjectId ?? '')
  const kept = { paymentId, reference: made.session, capturedMinor: 49_500, currency: 'GBP', refundedMinor: 0 }
  expect(await object()).toMatchObject({ ...kept, provider: 'STRIPE', buyerEmail: 'ada@example.org' })
  await desk.stripe(`charges/${made.charge}/refund`, { amount: 10_000 })
  await reconcile(desk.context, { apply: true })
  expect(await object()).toMatchObject({ refundedMinor: 10_000 })
  expect((await ofKind('PAYMENT_NOT_HERE')).map(({ amountMinor }) => amountMinor)).toEqual([39_500])
  await desk.stripe(`charges/${made.charge}/refund`)
  await reconcile(desk.context, { apply: true })
  expect(await ofKind('PAYMENT_NOT_HERE')).toMatchObject([{ status: 'CLOSED', outcome: 'BY_ITSELF' }])
})
