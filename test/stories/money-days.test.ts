/** Tests fees, payouts, sums of days and their exports. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { learnSettlements } from '../../src/payments/papers/learn-settlement.ts'
import { linked, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  // The clock of the cases: a test moves it, and nothing waits for it.
  world.pass((Date.parse('2026-12-01T10:00:00Z') - world.now().getTime()) / 60_000)
  persona = await linked(world, 'dora')
})
afterAll(() => world?.close())

const MINUTES_OF_A_DAY = 24 * 60
const today = () => world.now().toISOString().slice(0, 10)
const price = { minor: 49_500, currency: 'GBP' }

async function asOperator(selection: string, variables: object = {}, declared = '') {
  const document = `query ${declared} { viewer { operator { ${selection} } } }`
  const { data, errors } = await world.ask('operator', document, variables)
  expect(errors).toBeUndefined()
  return data.viewer.operator
}

const buy = async (more: object = {}) => registered(world, persona, (await newRun(world, { price })).id, more)

const settlementOf = async (id: string) => {
  const document = `query ($id: ID!) { node(id: $id) { ... on Payment { settlement {
    fee { amountMinor currency } net { amountMinor } exchangeRate availableAt payoutReference paidOutAt }
    references { kind value } } } }`
  return (await world.ask('operator', document, { id })).data.node
}

const days = (from: string, to = from) =>
  asOperator(
    `moneyByDay(from: "${from}", to: "${to}") { date method currency payments captured { amountMinor } refunded { amountMinor }
      settledOutside { amountMinor } disputed { amountMinor } fees { amountMinor } net { amountMinor } }`,
  ).then(({ moneyByDay }) => moneyByDay)

const of = (amountMinor: number) => ({ amountMinor })

describe('the money of a day', () => {
  it('P3: is what came, less what went back and what the providers kept', async () => {
    const { enrolmentId } = await buy()
    await buy()
    await buy({ paymentMethod: 'PAYPAL' })
    await requestRefund(world, 'operator', enrolmentId, { amountMinor: 10_000, reason: 'A courtesy.' })
    await world.settle()
    const none = { settledOutside: of(0), disputed: of(0) }
    const common = { ...none, date: today(), currency: 'GBP' }
    expect(await days(today())).toEqual([
      {
        ...common,
        method: 'CARD',
        payments: 2,
        captured: of(99_000),
        refunded: of(10_000),
        fees: of(1_526),
        net: of(87_474),
      },
      {
        ...common,
        method: 'PAYPAL',
        payments: 1,
        captured: of(49_500),
        refunded: of(0),
        fees: of(1_436),
        net: of(48_064),
      },
    ])
  })

  it('is counted in the zone that is asked for', async () => {
    const inZone = (timeZone: string, day: string) =>
      asOperator(`moneyByDay(from: "${day}", to: "${day}", timeZone: "${timeZone}", currency: "GBP") { payments }`)
    expect((await inZone('Pacific/Kiritimati', '2026-12-02')).moneyByDay).toEqual([{ payments: 2 }, { payments: 1 }])
    expect((await inZone('Pacific/Kiritimati', '2026-12-01')).moneyByDay).toEqual([])
  })

  it('has no fees, and no net, while one of them is not known', async () => {
    world.pass(MINUTES_OF_A_DAY)
    await world.control('stripe', 'permissions', { missing: ['balance'] })
    const { paymentId } = await buy()
    expect((await settlementOf(paymentId)).settlement).toBeNull()
    expect(await days(today())).toMatchObject([{ payments: 1, captured: of(49_500), fees: null, net: null }])
    await world.control('stripe', 'permissions', { missing: [] })
    await learnSettlements(world.app.systemContext('test'))
    expect((await settlementOf(paymentId)).settlement).toMatchObject({ fee: { amountMinor: 763, currency: 'GBP' } })
    expect(await days(today())).toMatchObject([{ fees: of(763), net: of(48_737) }])
  })

  it('is refused for days turned round, for more than 366, and in a zone that is none', async () => {
    for (const range of [
      'from: "2026-12-02", to: "2026-12-01"',
      'from: "2025-12-01", to: "2026-12-02"',
      'from: "2026-12-01", to: "2026-12-01", timeZone: "Mars/Olympus"',
    ]) {
      const { errors } = await world.ask('operator', `{ viewer { operator { moneyByDay(${range}) { date } } } }`)
      expect([range, errors?.map(({ extensions }) => extensions.code)]).toEqual([range, ['BAD_USER_INPUT']])
    }
    expect(await days('2025-12-02', '2026-12-02')).toHaveLength(3)
  })
})

describe('what a provider kept and paid out', () => {
  it('is known of a payment by card once its payout is paid, which finds it too', async () => {
    const { paymentId } = await buy()
    const { settlement } = await settlementOf(paymentId)
    expect(settlement).toMatchObject({
      net: { amountMinor: 48_737 },
      exchangeRate: null,
      availableAt: expect.any(String),
      payoutReference: null,
      paidOutAt: null,
    })
    expect((await world.control('stripe', 'payouts')).status).toBe(409)
    await learnSettlements(world.app.systemContext('test'))
    expect((await settlementOf(paymentId)).settlement.payoutReference).toBeNull()
    world.pass(3 * MINUTES_OF_A_DAY)
    const { body } = await world.control('stripe', 'payouts')
    await learnSettlements(world.app.systemContext('test'))
    const { id } = body as { id: string }
    const after = await settlementOf(paymentId)
    expect(after.settlement).toMatchObject({ payoutReference: id, paidOutAt: expect.any(String) })
    expect(after.references).toContainEqual({ kind: 'PAYOUT', value: id })
    const { payments } = await asOperator(
      'payments(filter: { search: $search }) { nodes { id } }',
      { search: id },
      '($search: String)',
    )
    expect(payments.nodes).toContainEqual({ id: paymentId })
  })

  it('of another currency says at which rate', async () => {
    const run = await newRun(world, { price: { minor: 10_000, currency: 'EUR' } })
    const { paymentId } = await registered(world, persona, run.id)
    expect((await settlementOf(paymentId)).settlement).toMatchObject({
      fee: { amountMinor: 140, currency: 'GBP' },
      net: { amountMinor: 7_860 },
      exchangeRate: '0.8',
    })
  })

  it('is said to operators only', async () => {
    const { paymentId } = await buy()
    const document = 'query ($id: ID!) { node(id: $id) { ... on Payment { settlement { exchangeRate } } } }'
    expect((await world.ask(persona, document, { id: paymentId })).data.node).toEqual({ settlement: null })
  })
})

describe('exports', () => {
  const document =
    'mutation ($input: ExportMoneyInput!) { exportMoney(input: $input) { url expiresAt userErrors { code field } } }'
  const exported = async (kind: string, range: object = { from: today(), to: today() }) =>
    (await world.ask('operator', document, { input: { kind, ...range } })).data.exportMoney
  const opened = (url: string) => fetch(`${world.url}${new URL(url).pathname}`)

  it('P4: escape cells that a spreadsheet would run, and open for ten minutes to whoever has the address', async () => {
    const { paymentId } = await buy()
    await world.app.orm.em
      .fork()
      .execute("update learner set display_name = '=HYPERLINK(\"x\")' where display_name like 'Dora%'")
    const { url, expiresAt, userErrors } = await exported('PAYMENTS')
    expect(userErrors).toEqual([])
    expect(Date.parse(expiresAt) - world.now().getTime()).toBeLessThanOrEqual(10 * 60_000)
    const file = await opened(url)
    expect(file.status).toBe(200)
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="payments-${today()}-${today()}.csv"`)
    const [header, ...lines] = (await file.text()).trimEnd().split('\r\n')
    expect(header).toMatch(/^capturedAt,payment,provider,method,status,captured,currency,buyer,/)
    const uuid = Buffer.from(paymentId, 'base64url').toString().split(':')[1] as string
    const line = lines.find((one) => one.includes(uuid))
    expect(line).toContain(`,495.00,GBP,"'=HYPERLINK(""x"")",`)
    expect((await opened(`${url.slice(0, -4)}AAAA`)).status).toBe(403)
    world.pass(11)
    expect((await opened(url)).status).toBe(410)
  })

  it('have a header for each table, and the same sums as the graph', async () => {
    for (const kind of ['REFUNDS', 'DISPUTES', 'RECEIPTS', 'DAYS']) {
      const { url } = await exported(kind, { from: '2026-12-01', to: '2026-12-31' })
      const text = await (await opened(url)).text()
      expect(text.split('\r\n')[0]).toMatch(/^[a-zA-Z,]+$/)
      if (kind === 'DAYS') expect(text).toContain('2026-12-01,CARD,GBP,2,990.00,100.00,0.00,0.00,15.26,874.74')
    }
  })

  it('are refused for days that cannot be counted, and to whoever is no operator', async () => {
    const turned = await exported('DAYS', { from: '2026-12-02', to: '2026-12-01' })
    expect(turned).toEqual({
      url: null,
      expiresAt: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'to'] }],
    })
    const input = { kind: 'DAYS', from: today(), to: today() }
    const { errors } = await world.ask(persona, document, { input })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
  })
})
