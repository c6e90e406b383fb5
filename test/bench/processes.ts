/** Measures how much a second gateway process adds to the first. */
import { median, ROUND_SECONDS, ROUNDS } from './comparison.ts'
import type { Contestant } from './contestants.ts'
import { type Request, round } from './load.ts'

export async function doubled(one: Contestant, other: Contestant, requests: readonly Request[]): Promise<string> {
  const pairs = []
  for (let number = 0; number <= ROUNDS; number++) {
    const alone = await round([one], requests, { seconds: ROUND_SECONDS })
    const both = await round([one, other], requests, { seconds: ROUND_SECONDS })
    if (number > 0) pairs.push({ alone, both })
  }
  const ratio = median(pairs.map(({ alone, both }) => both.requestsPerSecond / alone.requestsPerSecond))
  const [alone, both] = [
    median(pairs.map((pair) => pair.alone.requestsPerSecond)),
    median(pairs.map((pair) => pair.both.requestsPerSecond)),
  ].map((rate) => rate.toFixed(0))
  return `${alone}/s by one process, ${both}/s by two: ${ratio.toFixed(2)} times as many.`
}
