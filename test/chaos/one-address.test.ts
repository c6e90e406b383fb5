/** Tests that one attacking caller leaves others, memory and liveness alone. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { attacked } from '../bench/attack.ts'
import { BYSTANDER, startAttackedWorld } from '../bench/attacked-world.ts'
import { type Way, ways } from '../bench/ways.ts'

jest.setTimeout(180_000)

const SECONDS = 8
const MOST_TIMES_QUIET = 3
/** Below this nobody notices, however quiet it was before; the tests' other files share the cores. */
const UNNOTICED_MS = 250
const MOST_MB = 500

let world: Awaited<ReturnType<typeof startAttackedWorld>>
beforeAll(async () => {
  world = await startAttackedWorld()
})
afterAll(() => world?.close())

it.each(Object.entries(ways) as [Way, string][])('nobody else notices %s: %s', async (way) => {
  const seen = await attacked(await world.open(), { ...world.ground, way, seconds: SECONDS }, BYSTANDER)
  expect({ wrong: seen.wrong, livenessMissed: seen.livenessMissed }).toEqual({ wrong: 0, livenessMissed: 0 })
  expect(seen.p99Ms).toBeLessThan(Math.max(UNNOTICED_MS, MOST_TIMES_QUIET * seen.quietP99Ms))
  expect(seen.highWaterMb).toBeLessThan(MOST_MB)
})
