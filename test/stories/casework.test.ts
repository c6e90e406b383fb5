/** Tests what operators do about cases, and what becomes of place and money. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { reconcile } from '../../src/payments/reconciliation/reconcile.ts'
import { end, heard, study } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, newKey, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const caseFields = `id number kind status message detail amount { amountMinor currency } actions acknowledgedBy outcome
  closedBy log { by action note }`

/** Cases of a kind that are not closed, or as the further arguments say. */
async function casesOfKind(kind: string, more = '') {
  const document = `{ viewer { operator { cases(kind: [${kind}]${more}) { nodes { ${caseFields} } } } } }`
  const { data, errors } = await world.ask('operator', document)
  if (errors) throw new Error(JSON.stringify(errors))
  return data.viewer.operator.cases.nodes
}

/** All cases about an enrolment, the oldest first. */
async function casesAbout(enrolmentId: string) {
  const document = `query ($id: ID!) { node(id: $id) { ... on Enrolment { cases { ${caseFields} } } } }`
  return (await world.ask('operator', document, { id: enrolmentId })).data.node.cases
}

/** Does it, for a reason of its own and with a new key unless others are given. */
async function resolveCase(caseId: string, action: string, more: object = {}, who = 'operator') {
  const document = `mutation ($input: ResolveCaseInput!) { resolveCase(input: $input) {
    case { ${caseFields} } refund { id status amount { amountMinor } } enrolment { id status }
    userErrors { __typename code field message ... on ActionNotPossible { possible }
      ... on RefundAmountExceeded { maximum { amountMinor } } } } }`
  const input = { caseId, action, reason: 'As agreed on the telephone.', idempotencyKey: newKey(), ...more }
  const { data, errors } = await world.ask(who, document, { input })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.resolveCase
}

/** A paid place that the partner ended. */
async function stuck(how: 'webhook' | 'list' = 'webhook') {
  const place = await study(world)
  await heard(world, how, () => end(world, place.at, 'partner'))
  const [about] = await casesAbout(place.enrolmentId)
  return { ...place, about }
}
const statusOf = async (persona: string, id: string) => (await enrolmentOf(world, persona, id)).status

describe.each(['webhook', 'list'] as const)('a place whose end was heard by %s', (how) => {
  it('N1, N5: has one case with five actions, and REFUND sends all of its money back', async () => {
    const { persona, enrolmentId, run, about } = await stuck(how)
    expect(await casesAbout(enrolmentId)).toHaveLength(1)
    expect(about).toMatchObject({
      kind: 'ENROLMENT_STUCK',
      status: 'OPEN',
      amount: { amountMinor: 49_500, currency: 'GBP' },
      actions: ['REFUND', 'SETTLE_OUTSIDE', 'RESTORE_PLACE', 'END_PLACE', 'WRITE_OFF'],
    })
    expect((await enrol(world, persona, run.id)).userErrors).toMatchObject([{ __typename: 'AlreadyEnrolled' }])
    const said = await resolveCase(about.id, 'REFUND')
    const operator = expect.stringContaining('operator')
    const log = [{ by: operator, action: 'REFUND', note: 'As agreed on the telephone.' }]
    expect(said).toMatchObject({
      case: { status: 'CLOSED', outcome: 'ACTED', closedBy: operator, actions: [], log },
      refund: { status: 'REQUESTED', amount: { amountMinor: 49_500 } },
      enrolment: { id: enrolmentId, status: 'COMPENSATING' },
      userErrors: [],
    })
    await world.settle()
    const seen = await enrolmentOf(world, persona, enrolmentId)
    expect(seen).toMatchObject({ status: 'COMPENSATED', payments: [{ refunds: [{ status: 'SUCCEEDED' }] }] })
    expect(await casesAbout(enrolmentId)).toMatchObject([{ status: 'CLOSED', outcome: 'ACTED', log }])
  })
})

it('what is not possible is refused with what is, read aloud, and leaves no trace', async () => {
  const { about } = await stuck()
  const { userErrors, ...rest } = await resolveCase(about.id, 'DISMISS')
  expect(userErrors).toEqual([
    {
      __typename: 'ActionNotPossible',
      code: 'ACTION_NOT_POSSIBLE',
      field: ['input', 'action'],
      message:
        'DISMISS cannot be done about this case now; what can: REFUND, SETTLE_OUTSIDE, RESTORE_PLACE, END_PLACE, WRITE_OFF.',
      possible: ['REFUND', 'SETTLE_OUTSIDE', 'RESTORE_PLACE', 'END_PLACE', 'WRITE_OFF'],
    },
  ])
  expect(rest.case).toMatchObject({ status: 'OPEN', log: [] })
})

it('of two operators at once one acts, and the other is told that it is done', async () => {
  const { about } = await stuck()
  const both = await Promise.all([resolveCase(about.id, 'END_PLACE'), resolveCase(about.id, 'RESTORE_PLACE')])
  const refusals = both.flatMap(({ userErrors }) => userErrors)
  expect(refusals).toMatchObject([{ __typename: 'ActionNotPossible', possible: [] }])
  expect(both[0].case.log).toHaveLength(1)
})

it('the same key does it once', async () => {
  const { about } = await stuck()
  const same = { idempotencyKey: newKey() }
  const first = await resolveCase(about.id, 'END_PLACE', same)
  expect(first).toMatchObject({ enrolment: { status: 'WITHDRAWN' }, userErrors: [] })
  expect(await resolveCase(about.id, 'END_PLACE', same)).toEqual(first)
  const other = await resolveCase(about.id, 'RESTORE_PLACE', same)
  expect(other.userErrors).toMatchObject([{ __typename: 'IdempotencyConflict' }])
})

it('RESTORE_PLACE registers the learner again', async () => {
  const { persona, enrolmentId, about } = await stuck()
  const said = await resolveCase(about.id, 'RESTORE_PLACE')
  expect(said).toMatchObject({ case: { outcome: 'ACTED' }, enrolment: { status: 'REGISTERING' }, userErrors: [] })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
})

it('F2: SETTLE_OUTSIDE records what was paid another way, and refuses what cannot be found again', async () => {
  const { persona, enrolmentId, about } = await stuck()
  const settledOn = world.now().toISOString().slice(0, 10)
  const said = { method: 'bank transfer', reference: 'BACS 88121', settledOn }
  const { reference: _, ...nameless } = said
  const refused = await resolveCase(about.id, 'SETTLE_OUTSIDE', nameless)
  expect(refused.userErrors).toMatchObject([{ __typename: 'InvalidInput', field: ['input', 'reference'] }])
  expect(refused.case).toMatchObject({ status: 'OPEN', log: [] })
  const done = await resolveCase(about.id, 'SETTLE_OUTSIDE', said)
  expect(done).toMatchObject({
    userErrors: [],
    refund: { status: 'SETTLED_OUTSIDE', amount: { amountMinor: 49_500 } },
    case: { status: 'CLOSED', outcome: 'ACTED' },
  })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('COMPENSATED')
})

it('WRITE_OFF leaves the money here, and the place given up', async () => {
  const { persona, enrolmentId, about } = await stuck()
  const done = await resolveCase(about.id, 'WRITE_OFF')
  expect(done).toMatchObject({
    userErrors: [],
    refund: null,
    case: { status: 'CLOSED', outcome: 'ACTED', actions: [] },
  })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('WITHDRAWN')
  expect(await casesAbout(enrolmentId)).toMatchObject([{ status: 'CLOSED' }])
})

it('N7: END_PLACE ends a place for which no money is here any more', async () => {
  const place = await study(world)
  await requestRefund(world, place.persona, place.enrolmentId)
  await world.settle()
  expect(await statusOf(place.persona, place.enrolmentId)).toBe('REVOKED')
  await heard(world, 'webhook', () => world.control('partner', `${place.at}/reactivate`))
  const [about] = (await casesAbout(place.enrolmentId)).filter(
    ({ kind }: { kind: string }) => kind === 'REGISTERED_UNPAID',
  )
  expect(about).toMatchObject({ status: 'OPEN', actions: ['END_PLACE'] })
  expect((await resolveCase(about.id, 'END_PLACE')).userErrors).toEqual([])
  await world.settle()
  expect(await statusOf(place.persona, place.enrolmentId)).toBe('REVOKED')
  const after = await casesAbout(place.enrolmentId)
  expect(after.at(-1)).toMatchObject({ kind: 'REGISTERED_UNPAID', status: 'CLOSED', outcome: 'ACTED' })
})

it('P5: what is dismissed with a reason is not opened anew by the next pass', async () => {
  await world.control('stripe', 'events', { list: 'unreadable' })
  const pass = () => reconcile(world.app.systemContext('casework'), { apply: true })
  await pass()
  const [about] = await casesOfKind('ENTRY_UNREADABLE')
  expect(about).toMatchObject({ actions: ['RETRY', 'DISMISS'] })
  const wordless = await resolveCase(about.id, 'DISMISS', { reason: '' })
  expect(wordless.userErrors).toMatchObject([{ __typename: 'InvalidInput', field: ['input', 'reason'] }])
  const wrong = await resolveCase(about.id, 'WRITE_OFF')
  expect(wrong.userErrors).toMatchObject([{ __typename: 'ActionNotPossible', possible: ['RETRY', 'DISMISS'] }])
  expect(await resolveCase(about.id, 'RETRY')).toMatchObject({ userErrors: [], case: { status: 'OPEN' } })
  expect((await resolveCase(about.id, 'DISMISS')).case).toMatchObject({ status: 'CLOSED', outcome: 'DISMISSED' })
  await world.settle()
  await pass()
  expect(await casesOfKind('ENTRY_UNREADABLE')).toEqual([])
})
