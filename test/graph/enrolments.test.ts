/** Tests who may read which enrolments, in a fixed number of statements. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cancelEnrolment, enrol, linked, newRun, registered, requestRefund } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let persona: string
const made: string[] = []
beforeAll(async () => {
  world = await startWorld()
  persona = await linked(world, 'edda')
  for (let one = 0; one < 4; one += 1)
    made.push((await registered(world, persona, (await newRun(world)).id)).enrolmentId)
  const { enrolment } = await enrol(world, persona, (await newRun(world)).id)
  await cancelEnrolment(world, persona, enrolment.id)
  made.push(enrolment.id)
  await requestRefund(world, persona, made[0] as string)
  await world.settle()
})
afterAll(() => world?.close())

const dashboard = `query ($first: Int, $after: String, $status: [EnrolmentStatus!]) { viewer { learner {
  enrolments(first: $first, after: $after, status: $status) { totalCount pageInfo { hasNextPage endCursor }
    nodes { id status createdAt updatedAt registeredAt studyUrl learner { displayName }
      run { startsAt course { title } refundDeadline } payment { status amount { formatted } refunds { status } }
      payments { id } result { outcome } refundability { refundable deadline } history { at to cause } } } } } }`

async function page(who: string, variables: object) {
  const { data, errors } = await world.ask(who, dashboard, variables)
  if (errors) throw new Error(JSON.stringify(errors))
  return data.viewer.learner.enrolments
}

describe("a learner's enrolments", () => {
  it('come newest first, page by page', async () => {
    const first = await page(persona, { first: 3 })
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } })
    const second = await page(persona, { first: 3, after: first.pageInfo.endCursor })
    expect(second.pageInfo.hasNextPage).toBe(false)
    const ids = [...first.nodes, ...second.nodes].map(({ id }: { id: string }) => id)
    expect(ids).toEqual(made.toReversed())
  })

  it('can be narrowed to some states', async () => {
    const { totalCount, nodes } = await page(persona, { status: ['REVOKED', 'CANCELLED'] })
    expect(totalCount).toBe(2)
    expect(nodes.map(({ status }: { status: string }) => status)).toEqual(['CANCELLED', 'REVOKED'])
  })

  it('say all that a dashboard shows', async () => {
    const { nodes } = await page(persona, { status: ['REGISTERED'], first: 1 })
    expect(nodes).toMatchObject([
      {
        studyUrl: expect.stringContaining('/study/'),
        payment: { status: 'SUCCEEDED', amount: { formatted: '£495.00' }, refunds: [] },
        refundability: { refundable: true, deadline: nodes[0].run.refundDeadline },
        history: [
          { to: 'PENDING_PAYMENT', cause: 'ENROLLED' },
          { to: 'PAID' },
          { to: 'REGISTERING' },
          { to: 'REGISTERED' },
        ],
      },
    ])
  })

  it('take as many statements for a page of four as for one of one', async () => {
    const statementsFor = async (first: number) => {
      const before = world.app.read.sent
      await page(persona, { first })
      return world.app.read.sent - before
    }
    await statementsFor(1)
    expect(await statementsFor(4)).toBe(await statementsFor(1))
  })

  it('are nobody else’s, by whatever way', async () => {
    const node = async (who: string | null) =>
      (await world.ask(who, 'query ($id: ID!) { node(id: $id) { id } }', { id: made[1] })).data.node
    expect(await node(persona)).toEqual({ id: made[1] })
    expect(await node('operator')).toEqual({ id: made[1] })
    for (const other of [null, 'grace', 'registrar', 'institution-client']) expect(await node(other)).toBeNull()
    const { learner } = (await world.ask(persona, '{ viewer { learner { id } } }')).data.viewer
    const asked = await world.ask(
      'grace',
      'query ($id: ID!) { node(id: $id) { ... on Learner { enrolments { totalCount } } } }',
      { id: learner.id },
    )
    expect(asked.data.node).toBeNull()
  })
})

describe('an operator', () => {
  const search = async (variables: object) => {
    const document = `query ($search: String, $status: [EnrolmentStatus!]) { viewer { operator {
      enrolments(search: $search, status: $status, first: 50) { totalCount nodes { learner { displayName } } } } } }`
    return (await world.ask('operator', document, variables)).data.viewer.operator.enrolments
  }

  it('finds enrolments by name or address, and by state', async () => {
    expect((await search({ search: 'EDDA' })).totalCount).toBe(5)
    expect((await search({ search: 'edda', status: ['CANCELLED'] })).totalCount).toBe(1)
    expect((await search({ search: '100%' })).totalCount).toBe(0)
    expect((await search({})).totalCount).toBe(5 + 2)
  })
})
