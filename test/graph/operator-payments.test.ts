/** Tests that operators find all payments, refunds and reconciliations, explained. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { probePermissions } from '../../src/payments/probe-permissions.ts'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { enrol, giveUpHolds, inDays, linked, newRun, pay, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'olga')
})
afterEach(() => giveUpHolds(world, persona))
afterAll(() => world?.close())

async function asOperator(selection: string, variables: object = {}, declared = '') {
  const { data, errors } = await world.ask(
    'operator',
    `query ${declared} { viewer { operator { ${selection} } } }`,
    variables,
  )
  expect(errors).toBeUndefined()
  return data.viewer.operator
}

describe('all payments', () => {
  it('come newest first, page by page, each once', async () => {
    const made: string[] = []
    for (let count = 0; count < 3; count += 1) {
      made.unshift((await enrol(world, persona, (await newRun(world)).id)).payment.id)
    }
    const found: string[] = []
    let after: string | null = null
    do {
      const page = 'payments(first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }'
      const { payments } = await asOperator(page, { after }, '($after: String)')
      found.push(...payments.nodes.map(({ id }: { id: string }) => id))
      expect(payments.totalCount).toBe(3)
      after = payments.pageInfo.hasNextPage ? payments.pageInfo.endCursor : null
    } while (after !== null)
    expect(found).toEqual(made)
  })

  it('are narrowed by status and found by any reference that the provider shows', async () => {
    const { paymentId } = await registered(world, persona, (await newRun(world)).id)
    const { payments } = await asOperator('payments(status: [SUCCEEDED]) { nodes { id status providerReference } }')
    expect(payments.nodes).toEqual([{ id: paymentId, status: 'SUCCEEDED', providerReference: expect.any(String) }])
    const { providerReference } = payments.nodes[0]
    const byReference = 'payments(providerReference: $reference) { nodes { id } }'
    const find = (reference: string) => asOperator(byReference, { reference }, '($reference: String!)')
    expect((await find(` ${providerReference} `)).payments.nodes).toEqual([{ id: paymentId }])
    const row = await world.app.orm.em
      .getConnection()
      .execute('select capture_reference from payment where reference = ?', [providerReference])
    expect((await find(row[0]?.capture_reference)).payments.nodes).toEqual([{ id: paymentId }])
    expect((await find('cs_of_nobody')).payments.nodes).toEqual([])
  })
})

it('all refunds come newest first, narrowed by status', async () => {
  const { enrolmentId } = await registered(
    world,
    persona,
    (await newRun(world, { price: { minor: 9_000, currency: 'GBP' } })).id,
  )
  for (const amountMinor of [100, 200]) {
    await requestRefund(world, 'operator', enrolmentId, { amountMinor, reason: 'A courtesy.' })
  }
  await world.settle()
  const { refunds } = await asOperator(
    'refunds(status: [SUCCEEDED]) { totalCount nodes { amount { amountMinor } payment { id } } }',
  )
  expect(refunds.nodes.map(({ amount }: { amount: { amountMinor: number } }) => amount.amountMinor)).toEqual([200, 100])
  expect((await asOperator('refunds(status: [FAILED]) { totalCount }')).refunds.totalCount).toBe(0)
})

describe('all disputes', () => {
  const facts = 'status stage reason reasonCode evidenceDueBy evidenceSubmitted fee { amountMinor } dashboardUrl'
  const due = (days: number) => `${inDays(days).slice(0, 10)}T12:00:00Z`
  let ids: string[]

  beforeAll(async () => {
    ids = []
    for (let made = 0; made < 4; made += 1) {
      ids.push((await registered(world, persona, (await newRun(world)).id)).paymentId)
    }
    const [ended, later, sooner, undated] = ids
    const to = (id: string | undefined, body: object) => world.control('stripe', `charges/${id}/dispute`, body)
    await to(ended, { outcome: 'won', reason: 'duplicate' })
    await to(later, { outcome: 'inquiry', due_by: due(9) })
    await to(sooner, { outcome: 'under_review', due_by: due(4), reason: 'product_not_received', fee: 1_500 })
    await to(undated, { outcome: 'lost' })
    await world.settle()
  })

  const listed = async (args: string) => {
    const { disputes } = await asOperator(`disputes${args} { totalCount nodes { payment { id } } }`)
    return disputes.nodes.map(({ payment }: { payment: { id: string } }) => ids.indexOf(payment.id))
  }

  it('come as they are due, then those that have ended, the newest first', async () => {
    expect(await listed('')).toEqual([2, 1, 3, 0])
    const first = await asOperator(`disputes(first: 1) { totalCount nodes { ${facts} } }`)
    expect(first.disputes).toEqual({
      totalCount: 4,
      nodes: [
        {
          status: 'UNDER_REVIEW',
          stage: 'CHARGEBACK',
          reason: 'NOT_RECEIVED',
          reasonCode: '10.4',
          evidenceDueBy: due(4),
          evidenceSubmitted: true,
          fee: { amountMinor: 1_500 },
          dashboardUrl: expect.stringMatching(/^https:\/\/dashboard\.stripe\.com\/disputes\/du_/),
        },
      ],
    })
  })

  it('are narrowed by status, stage, time and whatever names them', async () => {
    expect(await listed('(status: [WON, LOST])')).toEqual([3, 0])
    expect(await listed('(stage: [INQUIRY])')).toEqual([1])
    expect(await listed(`(openedFrom: "${inDays(-1)}", openedUntil: "${inDays(1)}", search: "olga")`)).toHaveLength(4)
    expect(await listed(`(openedUntil: "${inDays(-1)}")`)).toEqual([])
    const { disputes } = await asOperator('disputes(status: [WON]) { nodes { providerReference } }')
    expect(await listed(`(search: "${disputes.nodes[0].providerReference}")`)).toEqual([0])
  })

  it('take as many statements for four as for one', async () => {
    const whole = 'lost { amountMinor } settledBy { id } history { to } payment { id amount { amountMinor } }'
    const statements = async (first: number) => {
      const before = world.app.read.sent
      await asOperator(`disputes(first: ${first}) { nodes { ${whole} } }`)
      return world.app.read.sent - before
    }
    expect(await statements(4)).toBe(await statements(1))
  })
})

it('what our keys lack is said to operators, and at readiness, which it takes from nobody', async () => {
  await world.control('paypal', 'permissions', { missing: ['disputes'] })
  await probePermissions(world.app.systemContext('test'))
  const { missingPermissions } = await asOperator('missingPermissions { provider permission consequence since }')
  expect(missingPermissions).toEqual([
    {
      provider: 'PAYPAL',
      permission: 'Disputes: read',
      consequence: 'Disputes are not seen.',
      since: expect.any(String),
    },
  ])
  const ready = await fetch(`${world.url}/health/ready`)
  const { checks } = (await ready.json()) as { checks: Record<string, object> }
  expect(checks.paypal).toEqual({ ok: true, required: false, missing: ['Disputes: read'] })
  expect(checks.stripe).toEqual({ ok: true, required: false, missing: [] })
  await world.control('paypal', 'permissions', { missing: [] })
  await probePermissions(world.app.systemContext('test'))
  expect((await asOperator('missingPermissions { permission }')).missingPermissions).toEqual([])
})

/** Begins a pass by the graph; its job has not run yet. */
async function lookNow(input: object) {
  const document = `mutation ($input: ReconcileInput!) { reconcile(input: $input) {
    reconciliation { id dryRun finishedAt lists { list } } userErrors { __typename field message } } }`
  const { data, errors } = await world.ask('operator', document, { input })
  expect(errors).toBeUndefined()
  return data.reconcile
}

describe('reconciliations', () => {
  const report = `reconciliations(first: 1) { totalCount nodes { id startedAt finishedAt examined dryRun
    corrections(first: 10) { totalCount nodes { outcome from to note providerReference
      subject { __typename id ... on Payment { status } } } } } }`

  it('say what was found, what was done about it, and lead to what it is about', async () => {
    const { payment } = await enrol(world, persona, (await newRun(world)).id)
    await world.control('stripe', 'webhooks', { mode: 'drop' })
    await pay(world, payment.action.redirectUrl)
    for (const apply of [false, true]) await reconcile(world.app.systemContext('test'), { apply })
    await world.control('stripe', 'webhooks', { mode: 'hold' })
    const { reconciliations } = await asOperator(report)
    const [newest] = reconciliations.nodes
    expect(newest).toMatchObject({ dryRun: false, finishedAt: expect.any(String) })
    expect(newest.examined).toBeGreaterThan(0)
    const about = newest.corrections.nodes.filter(
      ({ subject }: { subject: { id: string } }) => subject?.id === payment.id,
    )
    expect(about).toMatchObject([
      {
        outcome: 'HEALED',
        from: 'REQUIRES_ACTION',
        to: 'SUCCEEDED',
        note: expect.stringMatching(/\.$/),
        subject: { __typename: 'Payment', id: payment.id, status: 'SUCCEEDED' },
      },
    ])
    expect(reconciliations.totalCount).toBe(2)
  })

  it('are begun by an operator: of one payment, which a dry run only reports', async () => {
    const { payment } = await enrol(world, persona, (await newRun(world)).id)
    await world.control('stripe', 'webhooks', { mode: 'drop' })
    await pay(world, payment.action.redirectUrl)
    const other = await enrol(world, persona, (await newRun(world)).id)
    await pay(world, other.payment.action.redirectUrl)
    const found = []
    for (const dryRun of [true, false]) {
      const begun = await lookNow({ dryRun, paymentId: payment.id })
      expect(begun).toMatchObject({ reconciliation: { dryRun, finishedAt: null, lists: [] }, userErrors: [] })
      await world.settle()
      const { reconciliations } = await asOperator(report)
      const [newest] = reconciliations.nodes
      expect(newest).toMatchObject({ id: begun.reconciliation.id, finishedAt: expect.any(String), examined: 1 })
      found.push(newest.corrections.nodes)
    }
    const healed = { from: 'REQUIRES_ACTION', to: 'SUCCEEDED', subject: { id: payment.id } }
    expect(found).toMatchObject([[{ ...healed, outcome: 'SKIPPED' }], [{ ...healed, outcome: 'HEALED' }]])
    expect((await lookNow({ dryRun: false })).reconciliation).toMatchObject({ dryRun: false })
    await world.settle()
    await world.control('stripe', 'webhooks', { mode: 'hold' })
    const { reconciliations } = await asOperator(report)
    const [whole] = reconciliations.nodes
    expect(whole.corrections.nodes).toMatchObject([{ ...healed, outcome: 'HEALED', subject: { id: other.payment.id } }])
  })

  it('of a payment that is not there are refused', async () => {
    const { reconciliation, userErrors } = await lookNow({ paymentId: globalId('Payment', randomUUID()) })
    expect(reconciliation).toBeNull()
    expect(userErrors).toMatchObject([
      { __typename: 'NotFound', field: ['input', 'paymentId'], message: 'There is no such payment.' },
    ])
  })

  it('leave what is not known in the metrics', async () => {
    const shown = async () => (await fetch(`${world.url}/metrics`)).text()
    await world.control('paypal', 'faults', { operation: 'disputes.list', fault: 'http_429' })
    await reconcile(world.app.systemContext('test'), { apply: true })
    const metrics = await shown()
    expect(metrics).toMatch(/^gateway_list_unread_seconds\{source="PAYPAL",list="disputes"\} [\d.]+$/m)
    expect(metrics).toMatch(/^gateway_list_unread_seconds\{source="STRIPE",list="events"\} 0$/m)
    expect(metrics).toMatch(/^gateway_payments_unsettled 0$/m)
    expect(metrics).toMatch(/^gateway_cases_open\{kind="LIST_NOT_READ"\} 0$/m)
    world.pass(61)
    await world.control('paypal', 'faults', { operation: 'disputes.list', fault: 'http_429' })
    await reconcile(world.app.systemContext('test'), { apply: true })
    const later = await shown()
    expect(later).toMatch(/^gateway_cases_open\{kind="LIST_NOT_READ"\} 1$/m)
    const [, oldest] = /^gateway_case_oldest_seconds\{kind="LIST_NOT_READ"\} (\S+)$/m.exec(later) ?? []
    const [, unread] = /^gateway_list_unread_seconds\{source="PAYPAL",list="disputes"\} (\S+)$/m.exec(later) ?? []
    expect(Number(oldest)).toBeLessThan(60)
    expect(Number(unread)).toBeGreaterThanOrEqual(3_660)
  })

  it('say how far each list was read, and operators see the same of every list', async () => {
    await world.control('paypal', 'faults', { operation: 'disputes.list', fault: 'http_429' })
    await reconcile(world.app.systemContext('test'), { apply: true })
    const read = 'lists { source list readUntil succeededAt problem }'
    const { lists, reconciliations } = await asOperator(`${read} reconciliations(first: 1) { nodes { ${read} } }`)
    const known = { readUntil: expect.any(String), succeededAt: expect.any(String) }
    const unread = { source: 'PAYPAL', list: 'disputes', problem: expect.stringContaining('rate_limited') }
    const providers = [
      expect.objectContaining(unread),
      { source: 'PAYPAL', list: 'events', ...known, problem: null },
      { source: 'STRIPE', list: 'events', ...known, problem: null },
    ]
    expect(new Set(reconciliations.nodes[0].lists)).toEqual(new Set(providers))
    const ofPartner = ['programs', 'runs'].map((list) => ({ source: 'PARTNER', list, ...known, problem: null }))
    expect(lists).toEqual(expect.arrayContaining([...providers, ...ofPartner]))
  })

  it('are fetched again by id by operators, and by nobody else', async () => {
    const { reconciliations } = await asOperator(report)
    const { id } = reconciliations.nodes[0]
    const fetch = (who: string | null) => world.ask(who, 'query ($id: ID!) { node(id: $id) { id } }', { id })
    expect((await fetch('operator')).data.node).toEqual({ id })
    for (const other of [null, persona, 'registrar']) expect((await fetch(other)).data.node).toBeNull()
  })
})

it('a learner has no operator to ask', async () => {
  const { data } = await world.ask(persona, '{ viewer { operator { payments { totalCount } } } }')
  expect(data.viewer.operator).toBeNull()
})
