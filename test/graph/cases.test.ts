/** Tests that operators see what waits for a person, and take it in hand. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { enrolmentOf, linked, newKey, newRun, paid, resolveStuck, until } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

/** Its refunds succeed, and a moment later the bank sends them back. */
const bouncingCard = '4000000000005126'

let world: World
let persona: string
let stuck: { enrolmentId: string; runUuid: string; runId: string }
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'casey')
  const run = await newRun(world)
  const { enrolmentId } = await paid(world, persona, run.id, {}, bouncingCard)
  await world.control('partner', `program_runs/${run.uuid}`, { capacity: 0 })
  await until(world, async () => (await enrolmentOf(world, persona, enrolmentId)).status === 'STUCK')
  stuck = { enrolmentId, runUuid: run.uuid, runId: run.id }
})
afterAll(() => world?.close())

const fields = `id number kind status dueAt message amount { amountMinor } learner { id } run { id } subject { __typename id }
  acknowledgedBy acknowledgedAt outcome closedBy closedAt log { at by action note }`
const queue = async (args = '') => {
  const { data, errors } = await world.ask(
    'operator',
    `{ viewer { operator { caseCounts { kind count nextDueAt } cases${args} { totalCount nodes { ${fields} } } } } }`,
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.viewer.operator
}
const stuckCase = async (args = '(kind: [ENROLMENT_STUCK])') => (await queue(args)).cases.nodes[0]
const acknowledge = (input: object) =>
  world.ask(
    'operator',
    `mutation ($input: AcknowledgeCaseInput!) {
      acknowledgeCase(input: $input) { case { ${fields} } userErrors { __typename code field message } }
    }`,
    { input },
  )

it('an enrolment that is STUCK waits in the queue with what is at stake, and only operators see it', async () => {
  const one = await stuckCase()
  expect(one).toMatchObject({
    number: expect.stringMatching(/^C-1\d{3}$/),
    kind: 'ENROLMENT_STUCK',
    dueAt: null,
    amount: { amountMinor: expect.any(Number) },
    run: { id: stuck.runId },
    subject: { __typename: 'Enrolment', id: stuck.enrolmentId },
    outcome: null,
    closedBy: null,
  })
  expect((await queue()).caseCounts).toContainEqual({ kind: 'ENROLMENT_STUCK', count: 1, nextDueAt: null })
  for (const search of [one.number, one.number.toLowerCase(), 'casey'])
    expect((await queue(`(search: "${search}", kind: [ENROLMENT_STUCK])`)).cases.totalCount).toBe(1)
  expect((await queue('(search: "C-999999")')).cases.totalCount).toBe(0)
  const document = 'query ($id: ID!) { node(id: $id) { ... on Enrolment { cases { id } payment { cases { id } } } } }'
  const asked = async (who: string) => (await world.ask(who, document, { id: stuck.enrolmentId })).data.node
  expect(await asked('operator')).toEqual({ cases: [{ id: one.id }], payment: { cases: [] } })
  expect(await asked(persona)).toEqual({ cases: null, payment: { cases: null } })
  expect((await world.ask(persona, 'query ($id: ID!) { node(id: $id) { id } }', { id: one.id })).data.node).toBeNull()
})

it('a search of one character is refused', async () => {
  const { errors } = await world.ask('operator', '{ viewer { operator { cases(search: "x") { totalCount } } } }')
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

it('P5: an open case is acknowledged by the operator, with a note that is kept', async () => {
  const { id } = await stuckCase()
  const { data } = await acknowledge({ caseId: id, note: ' I ask the bank. ' })
  expect(data.acknowledgeCase).toMatchObject({
    case: {
      status: 'ACKNOWLEDGED',
      acknowledgedBy: expect.stringContaining('operator'),
      acknowledgedAt: expect.any(String),
      log: [{ by: expect.stringContaining('operator'), action: null, note: 'I ask the bank.' }],
    },
    userErrors: [],
  })
})

it.each([
  ['note', { note: ' ' }, 'InvalidInput'],
  ['caseId', { caseId: 'nonsense' }, 'NotFound'],
])('a wrong %s is refused by name', async (name, wrong, type) => {
  const { id } = await stuckCase()
  const { data } = await acknowledge({ caseId: id, ...wrong })
  expect(data.acknowledgeCase).toMatchObject({
    case: null,
    userErrors: [{ __typename: type, field: ['input', name] }],
  })
})

it('the case is closed by whoever has the learner registered anew, and is not taken in hand any more', async () => {
  const { id } = await stuckCase()
  await world.control('partner', `program_runs/${stuck.runUuid}`, { capacity: 5 })
  const again = { resolution: 'RETRY_REGISTRATION', idempotencyKey: newKey() }
  await resolveStuck(world, 'operator', stuck.enrolmentId, again)
  expect(await stuckCase()).toBeUndefined()
  expect(await stuckCase('(kind: [ENROLMENT_STUCK], status: [CLOSED])')).toMatchObject({
    id,
    status: 'CLOSED',
    outcome: 'ACTED',
    closedBy: expect.stringContaining('operator'),
  })
  const { data } = await acknowledge({ caseId: id })
  expect(data.acknowledgeCase.userErrors).toMatchObject([{ __typename: 'IllegalTransition' }])
})
