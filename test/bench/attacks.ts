/** Attacks a gateway in each way and prints what everybody else noticed. */
import { attacked } from './attack.ts'
import { BYSTANDER, startAttackedWorld } from './attacked-world.ts'
import { type Way, ways } from './ways.ts'

const SECONDS = Number(process.env.ATTACK_SECONDS ?? 30)
/** What one caller may do to everybody else. */
const MOST_TIMES_QUIET = 3
const MOST_MB = 500

const only = process.argv.slice(2)
const world = await startAttackedWorld()
const held: string[] = []
try {
  console.log(
    '| attack | p99 ms: quiet, attacked | times | high water MB: quiet, attacked | liveness missed | wrong | cores | answered |\n|---|---|---|---|---|---|---|---|',
  )
  for (const way of Object.keys(ways) as Way[]) {
    if (only.length > 0 && !only.includes(way)) continue
    const seen = await attacked(await world.open(), { ...world.ground, way, seconds: SECONDS }, BYSTANDER)
    const times = seen.p99Ms / seen.quietP99Ms
    const numbers = [
      `${seen.quietP99Ms.toFixed(0)}, ${seen.p99Ms.toFixed(0)}`,
      times.toFixed(1),
      `${seen.quietHighWaterMb.toFixed(0)}, ${seen.highWaterMb.toFixed(0)}`,
      seen.livenessMissed,
      seen.wrong,
      seen.cores.toFixed(2),
      seen.answered,
    ]
    console.log(`| ${ways[way]} | ${numbers.join(' | ')} |`)
    const holds =
      times <= MOST_TIMES_QUIET && seen.highWaterMb < MOST_MB && seen.livenessMissed === 0 && seen.wrong === 0
    if (!holds) held.push(way)
  }
} finally {
  await world.close()
}
if (held.length > 0) throw new Error(`others noticed: ${held.join(', ')}`)
