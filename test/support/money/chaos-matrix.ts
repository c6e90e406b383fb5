/** Runs parts of the crash matrix as tests and prints how cells ended. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { startWorld, type World } from '../world/world.ts'
import { type Cell, faults, type Outcome, quickCalls, walk } from './chaos.ts'
import { inWords, type Killing, walkKilled } from './chaos-kills.ts'

/** Longer than any walk with its silences takes on a busy machine. */
const WALK_WITHIN_MS = 60_000

type Fault = (typeof faults)[number]

/** Every cell of `chosen` with every fault of `manners`. */
export function testMatrix(chosen: readonly Cell[], manners: readonly Fault[] = faults) {
  const { world, keep } = inOneWorld()
  describe.each(chosen)(
    'by $method: $way, a learner for whom $operation fails at $step (webhooks: $webhooks) ends as if it had not',
    (cell) => {
      it.each(manners)('%s', async (fault) => {
        const outcome = await walk(world(), cell, fault)
        keep([cell.method, cell.way, cell.step, `${cell.box} ${cell.operation}`, cell.webhooks, fault], outcome)
        expect(outcome.broken).toEqual([])
      })
    },
  )
}

/** Every killing of `chosen`, each of a process of its own. */
export function testKillings(chosen: readonly Killing[]) {
  const { world, keep } = inOneWorld()
  const titled = chosen.map((killing) => ({ ...killing, killing, when: inWords(killing) }))
  it.each(titled)(
    'by $method: $way, a learner whose gateway is killed at $step when it is $when ends as if it had not been',
    async ({ killing, when, method, way, step }) => {
      const outcome = await walkKilled(world(), killing)
      keep([method, way, step, when, killing.way === 'lost' ? 'drop' : 'hold', 'kill -9'], outcome)
      expect(outcome.broken).toEqual([])
    },
  )
}

function inOneWorld() {
  let world: World
  const table: { cell: string[]; outcome: Outcome }[] = []
  jest.setTimeout(WALK_WITHIN_MS)
  beforeAll(async () => {
    world = await startWorld({ limits: quickCalls })
  })
  afterAll(async () => {
    await world?.close()
    if (process.env.CHAOS_TABLE) process.stdout.write(printed(table))
  })
  return { world: () => world, keep: (cell: string[], outcome: Outcome) => void table.push({ cell, outcome }) }
}

/** One line a cell: the fault, the step, where it rested after the fault, where in the end, and how many rules broke. */
function printed(table: { cell: string[]; outcome: Outcome }[]): string {
  const lines = table.map(({ cell, outcome: { afterFault, end, broken } }) =>
    [...cell, afterFault, end, broken.length === 0 ? 'holds' : broken.join('; ')].join(' | '),
  )
  return `${['method | way | step | call | webhooks | fault | after it | in the end | invariants', ...lines].join('\n')}\n`
}
