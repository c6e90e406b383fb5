/** Tests that a case opens once, follows what it is about, and closes with it. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql'
import { migrate } from '../../src/app.ts'
import { Case } from '../../src/cases/case.ts'
import { type CaseFacts, closeCase, openCase } from '../../src/cases/open-case.ts'
import { databaseOptions } from '../../src/database.ts'
import { newId } from '../../src/store/row.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { createDatabase, ensureTemplate, type TestDatabase } from '../support/world/postgres.ts'

let database: TestDatabase
let orm: MikroORM
let facts: CaseFacts
beforeAll(async () => {
  await ensureTemplate('payments_desk', migrate)
  database = await createDatabase({ template: 'payments_desk' })
  orm = await MikroORM.init(databaseOptions(database.url, { onLine: () => undefined }))
})
afterAll(async () => {
  await orm?.close()
  await database?.drop()
})
beforeEach(() => {
  facts = {
    kind: 'PAYMENT_UNSETTLED',
    subject: { type: 'Payment', id: newId() },
    message: 'It has been UNKNOWN for an hour.',
    amount: { amountMinor: 49500, currency: 'GBP' },
    providerReference: 'pi_1',
  }
})

const at = (minute: number) => new Date(Date.UTC(2026, 11, 1, 10, minute))
const within = <Result>(work: (tx: EntityManager) => Promise<Result>) => inTransaction(orm.em, work)
const open = (minute: number, more: Partial<CaseFacts> = {}) =>
  within((tx) => openCase(tx, { ...facts, ...more }, at(minute)))
const close = (minute: number) => within((tx) => closeCase(tx, facts.kind, facts.subject, at(minute)))
const dismiss = (outcome: 'DISMISSED' | 'ACTED' = 'DISMISSED') =>
  within(async (tx) => {
    const [one] = await tx.find(Case, { subjectKey: keyOf(), status: { $ne: 'CLOSED' } })
    Object.assign(one as Case, { status: 'CLOSED', outcome, closedBy: 'operator', closedAt: at(5) })
  })
const keyOf = () => ('key' in facts.subject ? facts.subject.key : `${facts.subject.type}:${facts.subject.id}`)
const cases = () => orm.em.fork().find(Case, { subjectKey: keyOf() }, { orderBy: { count: 'asc' } })

it('is opened once, numbered from 1001 on, and what is found again is seen again with its newest facts', async () => {
  await open(0)
  await open(3, { message: 'It has been PROCESSING for 3 days.', dueAt: at(50), amount: null })
  await open(1, { message: 'It has been PROCESSING for 3 days.', dueAt: at(50), amount: null })
  const [one, ...others] = await cases()
  expect(others).toEqual([])
  expect(one?.count).toBeGreaterThan(1000)
  expect(one).toMatchObject({
    status: 'OPEN',
    since: at(0),
    lastSeenAt: at(3),
    dueAt: at(50),
    message: 'It has been PROCESSING for 3 days.',
    amountMinor: null,
    currency: null,
    providerReference: 'pi_1',
    outcome: null,
  })
})

it('is closed by itself once it is over, and opened anew with the next number when it holds again', async () => {
  await open(0)
  await close(1)
  await close(2)
  await open(3)
  const [first, second, ...others] = await cases()
  expect(others).toEqual([])
  expect(first).toMatchObject({ status: 'CLOSED', outcome: 'BY_ITSELF', closedAt: at(1), closedBy: null })
  expect(second).toMatchObject({ status: 'OPEN', since: at(3), count: (first as Case).count + 1 })
})

it.each(['DISMISSED', 'ACTED'] as const)('what was closed as %s stays closed while it holds', async (outcome) => {
  await open(0)
  await dismiss(outcome)
  await open(6)
  await open(7)
  const found = await cases()
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ status: 'CLOSED', outcome, closedBy: 'operator', lastSeenAt: at(7) })
})

it('what was dismissed is opened anew once it has ceased to hold', async () => {
  await open(0)
  await dismiss()
  await close(6)
  await open(7)
  const [first, second] = await cases()
  expect(first).toMatchObject({ outcome: 'DISMISSED', closedBy: 'operator', closedAt: at(5) })
  expect(second).toMatchObject({ status: 'OPEN', since: at(7) })
})

it.each<[string, Partial<CaseFacts>]>([
  ['message', { message: 'The provider wants somebody to act.' }],
  ['amount', { amount: { amountMinor: 40000, currency: 'GBP' } }],
  ['currency', { amount: { amountMinor: 49500, currency: 'EUR' } }],
  ['amount, to none', { amount: null }],
])('what was dismissed is opened anew when its %s changes', async (_, more) => {
  await open(0)
  await dismiss()
  await open(6, { detail: 'said otherwise' })
  expect(await cases()).toHaveLength(1)
  await open(7, more)
  expect(await cases()).toMatchObject([{ outcome: 'DISMISSED' }, { status: 'OPEN', since: at(7) }])
})

it('found by many at once, it is one case', async () => {
  facts.subject = { key: `STRIPE events ${newId()}` }
  await Promise.all(Array.from({ length: 8 }, (_, index) => open(index)))
  expect(await cases()).toMatchObject([{ status: 'OPEN', lastSeenAt: at(7), subjectType: null, subjectId: null }])
})

it('of another kind, the same subject has another case', async () => {
  await open(0)
  await open(0, { kind: 'PAYMENT_DIFFERS' })
  await close(1)
  expect(await cases()).toMatchObject([{ status: 'CLOSED' }, { kind: 'PAYMENT_DIFFERS', status: 'OPEN' }])
})
