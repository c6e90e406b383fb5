/** Tests what is said of money that a provider holds. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { casesOf } from '../support/world/partner-news.ts'
import { completePayment, enrol, enrolmentOf, linked, newRun, pay, retryPayment } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'petra')
})
afterAll(() => world?.close())

const DAY_MS = 86_400_000

/** Paid with PayPal, who holds the capture for that reason. */
async function held(reason: string) {
  const { enrolment, payment } = await enrol(world, persona, (await newRun(world)).id, { paymentMethod: 'PAYPAL' })
  const order = new URL(payment.action.redirectUrl).searchParams.get('token')
  await pay(world, payment.action.redirectUrl)
  await world.control('paypal', `captures/${order}/pending`, { reason })
  const answer = await completePayment(world, persona, payment.id)
  return { answer, order, enrolmentId: enrolment.id as string, paymentId: payment.id as string }
}

async function pendingOf(who: string, id: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Payment { status references { kind value }
    pending { reason message since expectedBy there: expectedBy(timeZone: "Asia/Singapore") needsOperator } } } }`
  return (await world.ask(who, document, { id })).data.node
}

async function found(search: string): Promise<string[]> {
  const document = `query ($search: String) { viewer { operator { payments(filter: { search: $search }) { nodes { id } } } } }`
  const { data } = await world.ask('operator', document, { search })
  return data.viewer.operator.payments.nodes.map(({ id }: { id: string }) => id)
}

describe('B8: a capture that PayPal holds', () => {
  it('for an e-check is shown with its reason, is found by its id, and is not paid a second time', async () => {
    const { answer, enrolmentId, paymentId } = await held('ECHECK')
    expect(answer).toMatchObject({
      payment: { status: 'PROCESSING' },
      userErrors: [{ code: 'PAYMENT_NOT_COMPLETED', status: 'PROCESSING' }],
    })
    const { pending } = await pendingOf(persona, paymentId)
    expect(pending).toMatchObject({ reason: 'BANK_TRANSFER', message: expect.any(String), needsOperator: null })
    expect(Date.parse(pending.expectedBy)).toBe(Date.parse(pending.since) + 7 * DAY_MS)
    expect(pending.there).toMatch(/\+08:00$/)
    const again = await retryPayment(world, persona, enrolmentId, { paymentMethod: 'PAYPAL' })
    expect(again.userErrors).toMatchObject([{ code: 'PAYMENT_NOT_COMPLETED', status: 'PROCESSING' }])
    const seen = await pendingOf('operator', paymentId)
    expect(seen.pending.needsOperator).toBe(false)
    const capture = seen.references.find(({ kind }: { kind: string }) => kind === 'CAPTURE')
    expect(await found(capture.value)).toEqual([paymentId])
    expect(await casesOf(world, paymentId)).toEqual([])
    await world.control('paypal', `captures/${capture.value}/pending`, { outcome: 'completed' })
    await world.settle()
    expect(await pendingOf(persona, paymentId)).toMatchObject({ status: 'SUCCEEDED', pending: null })
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
  })

  it.each([
    ['RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION', 'SELLER_MUST_ACCEPT'],
    ['UNILATERAL', 'SELLER_ACCOUNT'],
  ])('for %s is for an operator at once, until it is taken', async (reason, shown) => {
    const { order, paymentId } = await held(reason)
    const seen = await pendingOf('operator', paymentId)
    expect(seen.pending).toMatchObject({ reason: shown, expectedBy: null, needsOperator: true })
    const open = { kind: 'PAYMENT_UNSETTLED', status: 'OPEN', amountMinor: 49_500 }
    expect(await casesOf(world, paymentId)).toMatchObject([open])
    await reconcile(world.app.systemContext('test'), { apply: true })
    expect(await casesOf(world, paymentId)).toMatchObject([open])
    await world.control('paypal', `captures/${order}/pending`, { outcome: 'completed' })
    await world.settle()
    await reconcile(world.app.systemContext('test'), { apply: true })
    expect(await casesOf(world, paymentId)).toMatchObject([{ ...open, status: 'CLOSED', outcome: 'BY_ITSELF' }])
  })

  it('for any other reason is for an operator after three days', async () => {
    const { order, paymentId } = await held('PENDING_REVIEW')
    expect((await pendingOf('operator', paymentId)).pending).toMatchObject({ reason: 'PROVIDER_REVIEW' })
    expect(await casesOf(world, paymentId)).toEqual([])
    world.pass(3 * 24 * 60 + 1)
    await reconcile(world.app.systemContext('test'), { apply: true })
    expect(await casesOf(world, paymentId)).toMatchObject([{ kind: 'PAYMENT_UNSETTLED', status: 'OPEN' }])
    await world.control('paypal', `captures/${order}/pending`, { outcome: 'completed' })
    await world.settle()
  })
})
