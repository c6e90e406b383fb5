/** Tests that completePayment reports a payment's state, however often it is called. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { readGlobalId } from '../../src/graph/contract/global-id.ts'
import { completePayment, enrol, enrolmentOf, giveUpHolds, linked, newRun, paid, pay } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'cora')
})
afterEach(() => giveUpHolds(world, persona))
afterAll(() => world?.close())

const begin = async (more: object = {}) => enrol(world, persona, (await newRun(world)).id, more)

describe('a buyer who has paid', () => {
  it.each([
    ['Visa', '4242424242424242', 'VISA'],
    ['Mastercard', '5555555555554444', 'MASTERCARD'],
    ['American Express', '378282246310005', 'AMERICAN_EXPRESS'],
  ])('with %s hears so', async (_, card, cardBrand) => {
    const { enrolment, payment } = await begin()
    await pay(world, payment.action.redirectUrl, card)
    expect(await completePayment(world, persona, payment.id)).toMatchObject({
      payment: { id: payment.id, status: 'SUCCEEDED', cardBrand, action: null },
      enrolment: { id: enrolment.id, status: 'PAID' },
      userErrors: [],
    })
  })

  it('with PayPal hears so, and the money is taken by that', async () => {
    const { payment } = await begin({ paymentMethod: 'PAYPAL' })
    await pay(world, payment.action.redirectUrl)
    expect(await completePayment(world, persona, payment.id)).toMatchObject({
      payment: { status: 'SUCCEEDED', cardBrand: null },
      userErrors: [],
    })
  })

  it.each(['CARD', 'PAYPAL'])(
    'by %s and asks ten times at once pays once, and hears the same',
    async (paymentMethod) => {
      const { enrolment, payment } = await begin({ paymentMethod })
      await pay(world, payment.action.redirectUrl)
      const answers = await Promise.all(Array.from({ length: 10 }, () => completePayment(world, persona, payment.id)))
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(answers[0].payment.status).toBe('SUCCEEDED')
      await world.settle()
      const { history } = await enrolmentOf(world, persona, enrolment.id)
      expect(history.map(({ to }: { to: string }) => to)).toEqual([
        'PENDING_PAYMENT',
        'PAID',
        'REGISTERING',
        'REGISTERED',
      ])
    },
  )

  it('hears it when the provider is silent by then, for the webhook was faster', async () => {
    const { payment } = await begin()
    await pay(world, payment.action.redirectUrl)
    await world.settle()
    await world.control('stripe', 'faults', { operation: '*', fault: 'http_503', times: 10 })
    const answer = await completePayment(world, persona, payment.id)
    await world.clearFaults('stripe')
    expect(answer).toMatchObject({ payment: { status: 'SUCCEEDED' }, enrolment: { status: 'REGISTERED' } })
    expect(answer.userErrors).toEqual([])
  })
})

describe('a buyer who has not paid', () => {
  it('hears that the payment is not made, and may go back to the page', async () => {
    const { payment } = await begin()
    const answer = await completePayment(world, persona, payment.id)
    expect(answer).toMatchObject({
      payment: { status: 'REQUIRES_ACTION', action: { redirectUrl: payment.action.redirectUrl } },
      userErrors: [{ __typename: 'PaymentNotCompleted', status: 'REQUIRES_ACTION', field: ['input', 'paymentId'] }],
    })
  })

  it('hears so after a card that was declined, and pays with another on the same page', async () => {
    const { payment } = await begin()
    expect((await pay(world, payment.action.redirectUrl, '4000000000000002')).status).toBe(402)
    expect((await completePayment(world, persona, payment.id)).userErrors).toMatchObject([
      { code: 'PAYMENT_NOT_COMPLETED' },
    ])
    await pay(world, payment.action.redirectUrl)
    expect((await completePayment(world, persona, payment.id)).userErrors).toEqual([])
  })

  it('cannot pay with Discover', async () => {
    const { payment } = await begin()
    expect((await pay(world, payment.action.redirectUrl, '6011111111111117')).status).toBe(402)
    expect((await completePayment(world, persona, payment.id)).payment.status).toBe('REQUIRES_ACTION')
  })

  it('whose PayPal instrument is declined has another try', async () => {
    const { payment } = await begin({ paymentMethod: 'PAYPAL' })
    await pay(world, payment.action.redirectUrl, 'declined')
    expect(await completePayment(world, persona, payment.id)).toMatchObject({
      payment: { status: 'REQUIRES_ACTION' },
      userErrors: [{ code: 'PAYMENT_NOT_COMPLETED' }],
    })
  })

  it('whose money is still on its way is not registered before it is here', async () => {
    const { enrolment, payment } = await begin({ paymentMethod: 'PAYPAL' })
    await pay(world, payment.action.redirectUrl, 'echeck')
    expect(await completePayment(world, persona, payment.id)).toMatchObject({
      payment: { status: 'PROCESSING' },
      enrolment: { id: enrolment.id, status: 'PENDING_PAYMENT' },
      userErrors: [{ status: 'PROCESSING' }],
    })
  })
})

it('a card of a brand that is not taken is named, and the place stays for another payment', async () => {
  const { enrolment, payment } = await begin()
  // No page lets such a card through; that one came through all the same is what the books say.
  const id = readGlobalId(payment.id)?.uuid
  await world.app.orm.em
    .fork()
    .execute(
      `update payment set status = 'CONFLICTED', failure_code = 'CARD_BRAND_NOT_ACCEPTED', card_brand = 'OTHER' where id = ?`,
      [id],
    )
  const answer = await completePayment(world, persona, payment.id)
  expect(answer.userErrors).toMatchObject([{ __typename: 'UnsupportedCardBrand', brand: 'OTHER' }])
  expect(answer.enrolment).toMatchObject({ id: enrolment.id, status: 'PENDING_PAYMENT' })
})

it('a provider that cannot say is named, with payment and enrolment beside it', async () => {
  const { enrolment, payment } = await begin()
  await world.control('stripe', 'faults', { operation: '*', fault: 'http_503', times: 20 })
  const answer = await completePayment(world, persona, payment.id)
  await world.clearFaults('stripe')
  expect(answer).toMatchObject({
    payment: { id: payment.id, status: 'REQUIRES_ACTION' },
    enrolment: { id: enrolment.id },
    userErrors: [{ __typename: 'ProviderUnavailable', provider: 'STRIPE' }],
  })
})

it("somebody else's payment reads like one that does not exist", async () => {
  const { paymentId } = await paid(world, persona, (await newRun(world)).id)
  const of = (who: string, id: string) => completePayment(world, who, id)
  const stranger = await linked(world, 'stan')
  const notMine = await of(stranger, paymentId)
  expect(notMine.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'paymentId'] }])
  expect(await of(stranger, 'nonsense')).toEqual(notMine)
})
