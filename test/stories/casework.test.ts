/** Tests that operators act on cases, once each, and what that does to place and money. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { casesAbout, resolveCase } from '../support/world/casework.ts'
import { end, heard, study } from '../support/world/partner-news.ts'
import { enrol, enrolmentOf, newKey } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

/** A paid place that the partner ended. */
async function stuck(how: 'webhook' | 'list' = 'webhook') {
  const place = await study(world)
  await heard(world, how, () => end(world, place.at, 'partner'))
  const [about] = await casesAbout(world, place.enrolmentId)
  return { ...place, about }
}
const statusOf = async (persona: string, id: string) => (await enrolmentOf(world, persona, id)).status

describe.each(['webhook', 'list'] as const)('a place whose end was heard by %s', (how) => {
  it('N1, N5: has one case with five actions, and REFUND sends all of its money back', async () => {
    const { persona, enrolmentId, run, about } = await stuck(how)
    expect(await casesAbout(world, enrolmentId)).toHaveLength(1)
    expect(about).toMatchObject({
      kind: 'ENROLMENT_STUCK',
      status: 'OPEN',
      amount: { amountMinor: 49_500, currency: 'GBP' },
      actions: ['REFUND', 'SETTLE_OUTSIDE', 'RESTORE_PLACE', 'END_PLACE', 'WRITE_OFF'],
    })
    expect((await enrol(world, persona, run.id)).userErrors).toMatchObject([{ __typename: 'AlreadyEnrolled' }])
    const said = await resolveCase(world, about.id, 'REFUND')
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
    expect(await casesAbout(world, enrolmentId)).toMatchObject([{ status: 'CLOSED', outcome: 'ACTED', log }])
  })
})

it('what is not possible is refused with what is, read aloud, and leaves no trace', async () => {
  const { about } = await stuck()
  const { userErrors, ...rest } = await resolveCase(world, about.id, 'DISMISS')
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
  const both = await Promise.all([
    resolveCase(world, about.id, 'END_PLACE'),
    resolveCase(world, about.id, 'RESTORE_PLACE'),
  ])
  const refusals = both.flatMap(({ userErrors }) => userErrors)
  expect(refusals).toMatchObject([{ __typename: 'ActionNotPossible', possible: [] }])
  expect(both[0].case.log).toHaveLength(1)
})

it('the same key does it once', async () => {
  const { about } = await stuck()
  const same = { idempotencyKey: newKey() }
  const first = await resolveCase(world, about.id, 'END_PLACE', same)
  expect(first).toMatchObject({ enrolment: { status: 'WITHDRAWN' }, userErrors: [] })
  expect(await resolveCase(world, about.id, 'END_PLACE', same)).toEqual(first)
  const other = await resolveCase(world, about.id, 'RESTORE_PLACE', same)
  expect(other.userErrors).toMatchObject([{ __typename: 'IdempotencyConflict' }])
})

it('RESTORE_PLACE registers the learner again', async () => {
  const { persona, enrolmentId, about } = await stuck()
  const said = await resolveCase(world, about.id, 'RESTORE_PLACE')
  expect(said).toMatchObject({ case: { outcome: 'ACTED' }, enrolment: { status: 'REGISTERING' }, userErrors: [] })
  await world.settle()
  expect(await statusOf(persona, enrolmentId)).toBe('REGISTERED')
})
