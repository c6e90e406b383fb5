/** Runs one method's matrix as tests, a world for each, and prints where every cell came to rest. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type Cell, cells, faults, type Method, type Outcome, quickCalls, walk } from './chaos.ts'
import { startWorld, type World } from './world.ts'

/** Longer than any walk with its silences takes on a busy machine. */
const WALK_WITHIN_MS = 60_000

/** Every cell of `chosen` with every fault. */
export function testMatrix(
  method: Method,
  chosen: Cell[] = cells(method),
  manners: readonly (typeof faults)[number][] = faults,
) {
  let world: World
  const table: { cell: Cell; fault: string; outcome: Outcome }[] = []
  jest.setTimeout(WALK_WITHIN_MS)
  beforeAll(async () => {
    world = await startWorld({ limits: quickCalls })
  })
  afterAll(async () => {
    await world?.close()
    if (process.env.CHAOS_TABLE) process.stdout.write(printed(table))
  })
  describe.each(chosen)(
    `by ${method}: $way, a learner for whom $operation fails at $step (webhooks: $webhooks) ends as if it had not`,
    (cell) => {
      it.each(manners)('%s', async (fault) => {
        const outcome = await walk(world, cell, fault)
        table.push({ cell, fault, outcome })
        expect(outcome.broken).toEqual([])
      })
    },
  )
}

/** One line a cell: the fault, the step, where it rested after the fault, where in the end, and how many rules broke. */
function printed(table: { cell: Cell; fault: string; outcome: Outcome }[]): string {
  const lines = table.map(({ cell, fault, outcome }) =>
    [
      ...[cell.method, cell.way, cell.step, `${cell.box} ${cell.operation}`, cell.webhooks, fault],
      ...[outcome.afterFault, outcome.end, outcome.broken.length === 0 ? 'holds' : outcome.broken.join('; ')],
    ].join(' | '),
  )
  return `${['method | way | step | call | webhooks | fault | after it | in the end | invariants', ...lines].join('\n')}\n`
}
