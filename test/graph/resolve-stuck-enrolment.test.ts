/** Tests that resolveStuckEnrolment lets an operator resume a stuck enrolment. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  atPartner,
  enrolmentOf,
  linked,
  newKey,
  newRun,
  paid,
  registered,
  resolveStuck,
  until,
  way,
} from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

/** Its refunds succeed, and a moment later the bank sends them back. */
const bouncingCard = '4000000000005126'

let world: World
let persona: string
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'sten')
})
afterAll(() => world?.close())

/** Paid for a place that was gone by then, with a card that takes nothing back. */
async function stuck(): Promise<{ enrolmentId: string; runUuid: string }> {
  const run = await newRun(world)
  const { enrolmentId } = await paid(world, persona, run.id, {}, bouncingCard)
  await world.control('partner', `program_runs/${run.uuid}`, { capacity: 0 })
  await until(world, async () => (await enrolmentOf(world, persona, enrolmentId)).status === 'STUCK')
  return { enrolmentId, runUuid: run.uuid }
}

const queue = async () => {
  const { data } = await world.ask('operator', '{ viewer { operator { stuckEnrolments { nodes { id } } } } }')
  return data.viewer.operator.stuckEnrolments.nodes.map(({ id }: { id: string }) => id)
}

describe('what is stuck', () => {
  it('waits for an operator, and is registered when that has become possible', async () => {
    const { enrolmentId, runUuid } = await stuck()
    expect(await way(world, persona, enrolmentId)).toEqual([
      'PENDING_PAYMENT',
      'PAID',
      'REGISTERING',
      'COMPENSATING',
      'COMPENSATED',
      'STUCK',
    ])
    expect(await queue()).toContain(enrolmentId)
    await world.control('partner', `program_runs/${runUuid}`, { capacity: 5 })
    const same = { resolution: 'RETRY_REGISTRATION', idempotencyKey: newKey() }
    for (let time = 0; time < 2; time += 1) {
      expect(await resolveStuck(world, 'operator', enrolmentId, same)).toEqual({
        enrolment: { id: enrolmentId, status: 'REGISTERING' },
        userErrors: [],
      })
    }
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('REGISTERED')
    expect((await atPartner(world, 'sten')).active).toHaveLength(1)
    expect(await queue()).not.toContain(enrolmentId)
    const { history } = await enrolmentOf(world, 'operator', enrolmentId)
    expect(history).toContainEqual(
      expect.objectContaining({ cause: 'OPERATOR_RETRY_REGISTRATION', actor: expect.stringContaining('operator') }),
    )
    expect((await enrolmentOf(world, persona, enrolmentId)).history).not.toContainEqual(
      expect.objectContaining({ actor: expect.anything() }),
    )
  })

  it('is refunded once more, and waits again when that bounces too', async () => {
    const { enrolmentId } = await stuck()
    expect((await resolveStuck(world, 'operator', enrolmentId)).enrolment.status).toBe('COMPENSATING')
    await world.settle()
    expect((await enrolmentOf(world, persona, enrolmentId)).status).toBe('COMPENSATED')
    await until(world, async () => (await enrolmentOf(world, persona, enrolmentId)).status === 'STUCK')
    const { payments } = await enrolmentOf(world, 'operator', enrolmentId)
    expect(payments[0].refunds.map(({ status }: { status: string }) => status)).toEqual(['FAILED', 'FAILED'])
  })
})

it('what is not stuck is refused with the state that it is in', async () => {
  const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
  expect((await resolveStuck(world, 'operator', enrolmentId)).userErrors).toMatchObject([
    { __typename: 'IllegalTransition', from: 'REGISTERED', to: 'COMPENSATING' },
  ])
})

it.each<[string, object, string]>([
  ['reason', { reason: ' ' }, 'INVALID_INPUT'],
  ['idempotencyKey', { idempotencyKey: '' }, 'INVALID_INPUT'],
  ['enrolmentId', { enrolmentId: 'nonsense' }, 'NOT_FOUND'],
])('a wrong %s is refused by name', async (name, wrong, code) => {
  const { enrolmentId } = await registered(world, persona, (await newRun(world)).id)
  const { enrolment, userErrors } = await resolveStuck(world, 'operator', enrolmentId, wrong)
  expect(enrolment).toBeNull()
  expect(userErrors).toMatchObject([{ code, field: ['input', name] }])
})

it('learners may not', async () => {
  const document = `mutation ($input: ResolveStuckEnrolmentInput!) { resolveStuckEnrolment(input: $input) { enrolment { id } } }`
  const input = { enrolmentId: 'any', resolution: 'RETRY_REFUND', reason: 'r', idempotencyKey: 'k' }
  expect((await world.ask(persona, document, { input })).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  expect((await world.ask(null, document, { input })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
})
