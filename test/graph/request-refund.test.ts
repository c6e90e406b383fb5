/** Tests that requestRefund follows the window for learners and reasons for operators. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  atPartner,
  enrol,
  enrolmentOf,
  inDays,
  linked,
  newKey,
  newRun,
  paid,
  registered,
  requestRefund,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'rufus')
})
afterAll(() => world?.close())

const study = async (more: object = {}) => registered(world, persona, (await newRun(world)).id, more)
const reason = 'The tutor fell ill.'
const refundsOf = async (id: string) => (await enrolmentOf(world, 'operator', id)).payments[0].refunds

describe('a learner', () => {
  it.each(['CARD', 'PAYPAL'])(
    'has the whole back by %s, and the registration ends after that',
    async (paymentMethod) => {
      const { enrolmentId } = await study({ paymentMethod })
      const { active } = await atPartner(world, 'rufus')
      const answer = await requestRefund(world, persona, enrolmentId, { reason: 'I moved abroad.' })
      expect(answer).toMatchObject({
        refund: { status: 'REQUESTED', origin: 'LEARNER', reason: 'I moved abroad.', amount: { amountMinor: 49_500 } },
        enrolment: { id: enrolmentId, status: 'REVOKING' },
        userErrors: [],
      })
      // The partner hears of it only once the money is back.
      expect((await atPartner(world, 'rufus')).active).toEqual(active)
      await world.settle()
      expect(await way(world, persona, enrolmentId)).toEqual([
        'PENDING_PAYMENT',
        'PAID',
        'REGISTERING',
        'REGISTERED',
        'REVOKING',
        'REVOKED',
      ])
      expect((await atPartner(world, 'rufus')).active).toHaveLength(active.length - 1)
      expect(await refundsOf(enrolmentId)).toMatchObject([{ status: 'SUCCEEDED' }])
    },
  )

  it('who asks ten times at once with one key is refunded once, and hears the same', async () => {
    const { enrolmentId } = await study()
    const same = { idempotencyKey: newKey() }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => requestRefund(world, persona, enrolmentId, same)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0].userErrors).toEqual([])
    await world.settle()
    expect(await refundsOf(enrolmentId)).toHaveLength(1)
  })

  it('who asks again with another key hears that nothing is left', async () => {
    const { enrolmentId } = await study()
    const answers = await Promise.all(Array.from({ length: 4 }, () => requestRefund(world, persona, enrolmentId)))
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code))
    expect(codes).toEqual(Array.from({ length: 3 }, () => 'REFUND_AMOUNT_EXCEEDED'))
    expect(await refundsOf(enrolmentId)).toHaveLength(1)
  })

  it('sees beforehand whether it is possible, and how much', async () => {
    const { enrolmentId } = await study()
    const shown = async () => (await enrolmentOf(world, persona, enrolmentId)).refundability
    expect(await shown()).toMatchObject({
      refundable: true,
      reasonCode: null,
      basis: 'CONTRACT_FROM_START',
      maximum: { amountMinor: 49_500 },
    })
    await requestRefund(world, persona, enrolmentId)
    expect(await shown()).toMatchObject({ refundable: false, reasonCode: 'REFUND_IN_PROGRESS' })
    await world.settle()
    expect(await shown()).toMatchObject({ reasonCode: 'ALREADY_REFUNDED', maximum: { amountMinor: 0 } })
  })

  it('is too late 15 days after start and purchase, and hears since when', async () => {
    const run = await newRun(world, { start_time: inDays(-15), enrolment_closes_at: inDays(5) })
    const { enrolmentId } = await registered(world, persona, run.id)
    const { deadline } = (await enrolmentOf(world, persona, enrolmentId)).refundability
    world.pass(15 * 24 * 60)
    const { refund, userErrors } = await requestRefund(world, persona, enrolmentId)
    world.pass(-15 * 24 * 60)
    expect(refund).toBeNull()
    expect(userErrors).toMatchObject([{ __typename: 'RefundWindowClosed', closedAt: deadline }])
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
  })

  it('who has not paid, or asks for a part, is refused', async () => {
    const { enrolment } = await enrol(world, persona, (await newRun(world)).id)
    expect((await requestRefund(world, persona, enrolment.id)).userErrors).toMatchObject([
      { __typename: 'IllegalTransition', from: 'PENDING_PAYMENT' },
    ])
    const { enrolmentId } = await study()
    expect((await requestRefund(world, persona, enrolmentId, { amountMinor: 100 })).userErrors).toMatchObject([
      { code: 'FORBIDDEN', field: ['input', 'amountMinor'] },
    ])
    expect((await requestRefund(world, persona, enrolmentId, { keepRegistration: true })).userErrors).toMatchObject([
      { code: 'FORBIDDEN', field: ['input', 'keepRegistration'] },
    ])
    expect(await refundsOf(enrolmentId)).toEqual([])
  })

  it('who asks before the registration is made is not registered', async () => {
    const { enrolmentId } = await paid(world, persona, (await newRun(world)).id)
    const { active } = await atPartner(world, 'rufus')
    expect((await requestRefund(world, persona, enrolmentId)).enrolment.status).toBe('COMPENSATING')
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('COMPENSATED')
    expect((await atPartner(world, 'rufus')).active).toEqual(active)
  })

  it("finds nobody else's enrolment", async () => {
    const { enrolmentId, paymentId } = await study()
    const stranger = await linked(world, 'ralf')
    const notMine = await requestRefund(world, stranger, enrolmentId)
    expect(notMine.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'enrolmentId'] }])
    expect(await requestRefund(world, stranger, 'nonsense')).toEqual(notMine)
    const other = await study()
    const { userErrors } = await requestRefund(world, persona, other.enrolmentId, { paymentId })
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'paymentId'] }])
  })
})

describe('an operator', () => {
  it('refunds a part and the registration goes on; parts that add up to the whole end it', async () => {
    const { enrolmentId } = await study()
    const part = { amountMinor: 20_000, reason }
    const first = await requestRefund(world, 'operator', enrolmentId, part)
    expect(first).toMatchObject({ refund: { origin: 'OPERATOR', reason }, enrolment: { status: 'REGISTERED' } })
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).refundability.maximum.amountMinor).toBe(29_500)
    const tooMuch = await requestRefund(world, 'operator', enrolmentId, { ...part, amountMinor: 29_501 })
    expect(tooMuch.userErrors).toMatchObject([
      { __typename: 'RefundAmountExceeded', maximum: { amountMinor: 29_500, currency: 'GBP' } },
    ])
    const rest = await requestRefund(world, 'operator', enrolmentId, { ...part, amountMinor: 29_500 })
    expect(rest.enrolment.status).toBe('REVOKING')
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REVOKED')
  })

  it('refunds the whole and keeps the registration when told to, after the window too', async () => {
    const run = await newRun(world, { start_time: inDays(-30), enrolment_closes_at: inDays(5) })
    const { enrolmentId } = await registered(world, persona, run.id)
    await requestRefund(world, 'operator', enrolmentId, { reason, keepRegistration: true })
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    expect(await refundsOf(enrolmentId)).toMatchObject([{ status: 'SUCCEEDED', amount: { amountMinor: 49_500 } }])
  })

  it('never refunds more than was paid, however many ask at once', async () => {
    const { enrolmentId } = await study()
    const part = { amountMinor: 20_000, reason }
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => requestRefund(world, 'operator', enrolmentId, part)),
    )
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(2)
    await world.settle()
    expect(await refundsOf(enrolmentId)).toHaveLength(2)
  })

  it.each<[string, object]>([
    ['reason', {}],
    ['reason', { reason: '   ' }],
    ['amountMinor', { reason, amountMinor: 0 }],
    ['idempotencyKey', { reason, idempotencyKey: '' }],
  ])('hears that %s does not fit', async (name, wish) => {
    const { enrolmentId } = await study()
    const { refund, userErrors } = await requestRefund(world, 'operator', enrolmentId, wish)
    expect(refund).toBeNull()
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['input', name] }])
  })
})

it('those who neither study nor operate may not ask', async () => {
  const document =
    'mutation ($id: ID!) { requestRefund(input: { enrolmentId: $id, idempotencyKey: "k" }) { refund { id } } }'
  const codeFor = async (who: string | null) =>
    (await world.ask(who, document, { id: 'any' })).errors?.[0]?.extensions.code
  expect(await codeFor(null)).toBe('UNAUTHENTICATED')
  expect(await codeFor('institution-client')).toBe('FORBIDDEN')
})

// The last: the clock stays where it is stopped, ahead of the one by which jobs are added.
it('S3: a learner’s declaration is acknowledged to the second, on a page to keep and by one mail', async () => {
  const year = new Date().getUTCFullYear() + 1
  world.stopAt(`${year}-12-01T10:00:00Z`)
  const run = await newRun(world, { start_time: `${year + 1}-01-04T09:00:00Z`, time_zone: 'Europe/London' })
  const { enrolmentId } = await registered(world, persona, run.id)
  const fields = 'id kind receivedAt(timeZone: "Asia/Singapore") text documentUrl sentAt'
  const document = `mutation ($input: RequestRefundInput!) { requestRefund(input: $input) {
    acknowledgement { ${fields} } refund { askedAt } userErrors { code } } }`
  const input = { enrolmentId, idempotencyKey: newKey() }
  const ask = async (who: string, said: object) => (await world.ask(who, document, { input: said })).data.requestRefund
  const { acknowledgement, refund, userErrors } = await ask(persona, input)
  expect([userErrors, refund.askedAt]).toEqual([[], `${year}-12-01T10:00:00Z`])
  expect(acknowledgement).toMatchObject({
    kind: 'WITHDRAWAL_WITH_REFUND',
    receivedAt: `${year}-12-01T18:00:00+08:00`,
    sentAt: null,
  })
  const mine = `query ($id: ID!) { viewer { learner { displayName } } node(id: $id) { ... on Enrolment {
    acknowledgements { ${fields} } receipts { number } run { course { title } } } } }`
  const { viewer, node } = (await world.ask(persona, mine, { id: enrolmentId })).data
  const instant = [`1 December ${year} at 10:00:00 (Europe/London)`, `${year}-12-01T10:00:00Z`]
  const named = [viewer.learner.displayName, node.receipts[0].number, node.run.course.title, 'GBP 495.00', ...instant]
  for (const one of named) expect(acknowledgement.text).toContain(one)
  const { documentUrl: _, ...kept } = acknowledgement
  expect(node.acknowledgements).toMatchObject([kept])
  expect((await ask(persona, input)).acknowledgement).toMatchObject(kept)

  const page = await fetch(`${world.url}${new URL(acknowledgement.documentUrl).pathname}`)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const html = await page.text()
  for (const one of [node.receipts[0].number, 'GBP 495.00', ...instant]) expect(html).toContain(one)
  expect(html).not.toContain('<script')

  const sql = world.app.orm.em.getConnection()
  const mails = `select text, to_address from outgoing_message where kind = 'WITHDRAWAL_WITH_REFUND' and text = ?`
  expect(await sql.execute(mails, [acknowledgement.text])).toEqual([
    { text: acknowledgement.text, to_address: expect.stringContaining('@') },
  ])
  await expect(sql.execute(`update acknowledgement set text = 'nothing'`)).rejects.toThrow('never changed')

  const other = await registered(world, await linked(world, 'ruth'), run.id)
  const byOperator = await ask('operator', { enrolmentId: other.enrolmentId, reason, idempotencyKey: newKey() })
  expect(byOperator).toMatchObject({ acknowledgement: null, userErrors: [] })
})
