/** Tests that the order of courses follows their runs and the passing days. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { courseJobs } from '../../src/courses/course-jobs.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { inDays, newRun } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

const slug = 'evidence-based-coaching'
const document = `query ($orderBy: CourseOrder) { courses(first: 100, orderBy: $orderBy) { nodes {
  slug nextRun { startsAt } runs(first: 100, upcomingOnly: true) { nodes { startsAt enrolmentClosesAt price { amountMinor } } } } } }`

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

interface Node {
  slug: string
  nextRun: { startsAt: string } | null
}

async function ordered(orderBy: string): Promise<Node[]> {
  const { data, errors } = await world.ask(null, document, { orderBy })
  expect(errors).toBeUndefined()
  return data.courses.nodes
}

const starts = (nodes: Node[]) => nodes.map(({ nextRun }) => (nextRun ? Date.parse(nextRun.startsAt) : Infinity))
const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b)

describe('the order of courses', () => {
  it('puts a course first once it has the run that starts next, and back when that is cancelled', async () => {
    const { uuid } = await newRun(world, { start_time: inDays(1), enrolment_closes_at: inDays(1) })
    const first = await ordered('NEXT_START')
    expect(first[0]!.slug).toBe(slug)
    expect(starts(first)).toEqual(ascending(starts(first)))
    const { status } = await world.control('partner', `program_runs/${uuid}`, { status: 'cancelled' })
    expect(status).toBe(200)
    await world.settle()
    const back = await ordered('NEXT_START')
    expect(starts(back)).toEqual(ascending(starts(back)))
    expect(back.find((course) => course.slug === slug)!.nextRun?.startsAt).not.toBe(first[0]!.nextRun!.startsAt)
  })

  it('puts the course with the cheapest coming run first', async () => {
    await newRun(world, {
      price: { minor: 1, currency: 'GBP' },
      start_time: inDays(40),
      enrolment_closes_at: inDays(40),
    })
    expect((await ordered('PRICE'))[0]!.slug).toBe(slug)
  })

  it('leaves runs behind as days pass', async () => {
    await newRun(world, { start_time: inDays(2), enrolment_closes_at: inDays(2) })
    expect((await ordered('NEXT_START'))[0]!.slug).toBe(slug)
    world.pass(5 * 24 * 60)

    await inTransaction(world.app.orm.em, (tx) => courseJobs.syncCatalogue.add(tx, {}))
    await world.settle()
    const later = await ordered('NEXT_START')
    expect(starts(later)).toEqual(ascending(starts(later)))
  })
})
