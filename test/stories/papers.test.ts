/** Tests receipts, credit notes, references and the search of operators. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { issueMissingPapers } from '../../src/payments/papers/issue-missing-papers.ts'
import { linked, newRun, registered, requestRefund, until } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  // The clock of the cases: a test moves it, and nothing waits for it.
  world.pass((Date.parse('2026-12-01T10:00:00Z') - world.now().getTime()) / 60_000)
  persona = await linked(world, 'paula')
})
afterAll(() => world?.close())

const start_time = '2027-01-04T09:00:00Z'
const standing = { start_time, enrolment_closes_at: '2027-01-18T09:00:00Z', price: { minor: 49_500, currency: 'GBP' } }
const taxed = { treatment: 'taxed', rate: '20' }
const note = 'Exempt: education supplied by an eligible body, VATA 1994 Sch. 9 Group 6'

async function asked(who: string | null, document: string, variables: object = {}) {
  const { data, errors } = await world.ask(who, document, variables)
  expect(errors).toBeUndefined()
  return data
}

const receiptFields = `id number kind issuedAt voidedAt total { amountMinor currency } tax { amountMinor } paidBy documentUrl
  lines { description taxTreatment taxRate taxNote net { amountMinor } tax { amountMinor } gross { amountMinor } }
  corrects { number } refund { id } seller { name taxNumber } buyer { name email }`

const receiptsOf = async (enrolmentId: string) => {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { receipts { ${receiptFields} } } } }`
  return (await asked(persona, document, { id: enrolmentId })).node.receipts
}

describe('receipts', () => {
  it('P1: a taxed course has its tax on receipt and credit note, an exempt one its note', async () => {
    const { enrolmentId, paymentId } = await registered(
      world,
      persona,
      (await newRun(world, { ...standing, tax: taxed })).id,
    )
    const [receipt] = await receiptsOf(enrolmentId)
    expect(receipt).toMatchObject({
      number: 'R-2026-000001',
      kind: 'RECEIPT',
      total: { amountMinor: 49_500, currency: 'GBP' },
      tax: { amountMinor: 8_250 },
      paidBy: 'Visa ending in 4242',
      corrects: null,
      refund: null,
      lines: [
        {
          description: expect.stringMatching(/, starts 4 January 2027$/),
          taxTreatment: 'TAXED',
          taxRate: '20',
          taxNote: null,
          net: { amountMinor: 41_250 },
          tax: { amountMinor: 8_250 },
          gross: { amountMinor: 49_500 },
        },
      ],
    })
    await requestRefund(world, 'operator', enrolmentId, { amountMinor: 10_000, reason: 'A courtesy.' })
    await world.settle()
    const [, credit] = await receiptsOf(enrolmentId)
    expect(credit).toMatchObject({
      number: 'C-2026-000001',
      kind: 'CREDIT_NOTE',
      corrects: { number: 'R-2026-000001' },
      lines: [{ net: { amountMinor: 8_333 }, tax: { amountMinor: 1_667 }, gross: { amountMinor: 10_000 } }],
    })
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Payment { receipts { number } refunds { creditNote { number } } } } }'
    const { node } = await asked(persona, document, { id: paymentId })
    expect(node.receipts).toEqual([{ number: 'R-2026-000001' }, { number: 'C-2026-000001' }])
    expect(node.refunds).toEqual([{ creditNote: { number: 'C-2026-000001' } }])

    const exempt = await registered(world, persona, (await newRun(world, standing)).id)
    const [other] = await receiptsOf(exempt.enrolmentId)
    expect(other).toMatchObject({
      number: 'R-2026-000002',
      tax: { amountMinor: 0 },
      lines: [{ taxTreatment: 'EXEMPT', taxRate: null, taxNote: note, net: { amountMinor: 49_500 } }],
    })
    const all = '{ viewer { learner { receipts(first: 2) { totalCount nodes { number } } } } }'
    expect((await asked(persona, all)).viewer.learner.receipts).toEqual({
      totalCount: 3,
      nodes: [{ number: 'R-2026-000002' }, { number: 'C-2026-000001' }],
    })
  })

  it('are pages to print for a day, without script; a forged address is refused, an old one gone', async () => {
    const all = '{ viewer { learner { receipts(first: 1) { nodes { number documentUrl } } } } }'
    const [{ number, documentUrl }] = (await asked(persona, all)).viewer.learner.receipts.nodes
    const { pathname } = new URL(documentUrl)
    const page = await fetch(`${world.url}${pathname}`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('content-disposition')).toBe(`inline; filename="${number}.html"`)
    expect(page.headers.get('x-robots-tag')).toBe('noindex')
    const text = await page.text()
    expect(text).toContain(number)
    expect(text).not.toContain('<script')
    expect((await fetch(`${world.url}${pathname.slice(0, -4)}AAAA`)).status).toBe(403)
    const statement = await world.app.signer.sign({ sub: 'somebody else' }, 'JWT')
    expect((await fetch(`${world.url}/documents/${statement}`)).status).toBe(403)
    world.pass(24 * 60 + 1)
    expect((await fetch(`${world.url}${pathname}`)).status).toBe(410)
    world.pass(-(24 * 60 + 1))
  })

  it('show the price of a run with the tax in it before anybody buys', async () => {
    const { id } = await newRun(world, { ...standing, tax: taxed })
    const document = `query ($id: ID!) { node(id: $id) { ... on CourseRun {
      tax { treatment rate note amount { amountMinor currency } } } } }`
    const amount = { amountMinor: 8_250, currency: 'GBP' }
    expect((await asked(null, document, { id })).node.tax).toEqual({
      treatment: 'TAXED',
      rate: '20',
      note: null,
      amount,
    })
  })

  it('of a refund that bounces are void, and stay', async () => {
    const bounces = '4000000000005126'
    const { enrolmentId } = await registered(world, persona, (await newRun(world, standing)).id, {}, bounces)
    await requestRefund(world, 'operator', enrolmentId, { amountMinor: 700, reason: 'A courtesy.' })
    await world.settle()
    expect((await receiptsOf(enrolmentId))[1]).toMatchObject({ kind: 'CREDIT_NOTE', voidedAt: null })
    await until(world, async () => (await receiptsOf(enrolmentId))[1].voidedAt !== null)
    const [receipt, credit] = await receiptsOf(enrolmentId)
    expect(receipt.voidedAt).toBeNull()
    expect(credit).toMatchObject({ kind: 'CREDIT_NOTE', voidedAt: expect.any(String) })
  })

  it('leave no gap in the numbers when a transaction that took one is rolled back', async () => {
    const { em } = world.app.orm
    const last = async () => {
      const rows = await em.fork().execute("select last from receipt_number where kind = 'RECEIPT'")
      return Number(rows[0]?.last)
    }
    const before = await last()
    const { enrolmentId } = await registered(world, persona, (await newRun(world, standing)).id)
    const [receipt] = await receiptsOf(enrolmentId)
    expect(receipt.number).toBe(`R-2026-${String(before + 1).padStart(6, '0')}`)
    const rows = await em.fork().execute("select count(*)::int as count from receipt where kind = 'RECEIPT'")
    expect(rows[0]?.count).toBe(await last())
  })
})

describe('papers of payments that were taken before there were any', () => {
  it('are made at the next start, in the order in which the money came', async () => {
    const first = await registered(world, persona, (await newRun(world, standing)).id)
    world.pass(1)
    const second = await registered(world, persona, (await newRun(world, standing)).id)
    await requestRefund(world, 'operator', second.enrolmentId, { amountMinor: 500, reason: 'A courtesy.' })
    await world.settle()
    const em = world.app.orm.em.fork()
    const uuids = [second, first].map(({ paymentId }) => Buffer.from(paymentId, 'base64url').toString().split(':')[1])
    await em.execute('delete from receipt where payment_id in (?, ?) and corrects_id is not null', uuids)
    await em.execute('delete from receipt where payment_id in (?, ?)', uuids)
    expect(await receiptsOf(first.enrolmentId)).toEqual([])
    await issueMissingPapers(world.app.systemContext('test'))
    const [made] = await receiptsOf(first.enrolmentId)
    const papers = await receiptsOf(second.enrolmentId)
    expect(papers.map(({ kind }: { kind: string }) => kind)).toEqual(['RECEIPT', 'CREDIT_NOTE'])
    expect(made.number < papers[0].number).toBe(true)
    await issueMissingPapers(world.app.systemContext('test'))
    expect(await receiptsOf(first.enrolmentId)).toHaveLength(1)
  })
})

describe('operators', () => {
  const search = `query ($search: String) { viewer { operator {
    payments(filter: { search: $search }) { nodes { id } } } } }`

  it('P2: find a payment by everything that somebody may have of it', async () => {
    const buyer = await linked(world, 'petra')
    const { enrolmentId, paymentId } = await registered(world, buyer, (await newRun(world, standing)).id)
    await requestRefund(world, 'operator', enrolmentId, { amountMinor: 10_000, reason: 'A courtesy.' })
    await world.settle()
    const kinds = `query ($id: ID!) { node(id: $id) { ... on Payment {
      buyerEmail references { kind value dashboardUrl } receipts { number } } } }`
    const first = (await asked('operator', kinds, { id: paymentId })).node
    const named = (kind: string) => {
      const found = first.references.find((one: { kind: string }) => one.kind === kind)
      return found?.value as string
    }
    await world.control('stripe', `charges/${named('CHARGE')}/dispute`, { outcome: 'open' })
    await world.settle()
    const { references, buyerEmail, receipts } = (await asked('operator', kinds, { id: paymentId })).node
    const dispute = references.find((one: { kind: string }) => one.kind === 'DISPUTE')
    expect(dispute).toMatchObject({ value: expect.any(String), dashboardUrl: expect.stringContaining('/disputes/') })
    // The address has changed since: what was told to the provider still leads here.
    await world.app.orm.em
      .fork()
      .execute("update learner set email = 'petra@elsewhere.example' where email = ?", [buyerEmail])
    const uuid = named('OWN')
    const inHand = [
      named('SESSION'),
      named('INTENT'),
      named('CHARGE'),
      named('REFUND'),
      dispute.value,
      uuid,
      uuid.replaceAll('-', ''),
      paymentId,
      receipts[0].number,
      buyerEmail,
      'petra@elsewhere.example',
      named('SESSION').toUpperCase(),
      ` ${named('SESSION')} `,
    ]
    for (const one of inHand) {
      const { payments } = (await asked('operator', search, { search: one })).viewer.operator
      expect([one, payments.nodes]).toEqual([one, [{ id: paymentId }]])
    }
    const { payments } = (await asked('operator', search, { search: '4242' })).viewer.operator
    expect(payments.nodes).toContainEqual({ id: paymentId })
    const refunds = `query ($search: String) { viewer { operator { refunds(search: $search) { nodes { payment { id } } } } } }`
    expect((await asked('operator', refunds, { search: receipts[1].number })).viewer.operator.refunds.nodes).toEqual([
      { payment: { id: paymentId } },
    ])
    const byReference = `query ($reference: String) { viewer { operator {
      payments(providerReference: $reference) { nodes { id } } } } }`
    const upper = { reference: named('CHARGE').toUpperCase() }
    expect((await asked('operator', byReference, upper)).viewer.operator.payments.nodes).toEqual([{ id: paymentId }])
    const seen = await asked(buyer, kinds, { id: paymentId })
    expect(seen.node).toMatchObject({ buyerEmail: null, references: null })
    const refused = await world.ask(buyer, '{ viewer { operator { payments { nodes { id } } } } }')
    expect(refused.data.viewer.operator).toBeNull()
  })

  it('are refused a search of one character, a range turned round, and amounts without a currency', async () => {
    const document =
      'query ($filter: PaymentFilter) { viewer { operator { payments(filter: $filter) { nodes { id } } } } }'
    const filters = [
      { search: ' x ' },
      { capturedFrom: '2026-12-02T00:00:00Z', capturedUntil: '2026-12-01T00:00:00Z' },
      { amountMinorFrom: 1 },
      { currency: 'GBP', amountMinorFrom: 2, amountMinorTo: 1 },
    ]
    for (const filter of filters) {
      const { errors } = await world.ask('operator', document, { filter })
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
    }
    const { viewer } = await asked('operator', document, { filter: { currency: 'GBP', amountMinorFrom: 50_000 } })
    expect(viewer.operator.payments.nodes).toEqual([])
  })
})
