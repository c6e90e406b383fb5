/** Measures how a request's cost grows from a small to a full database. */
import { median, ROUND_SECONDS, ROUNDS } from './comparison.ts'
import type { Contestant } from './contestants.ts'
import { type Request, round } from './load.ts'

/** Two gateways on the two databases, in turns: medians of the paired ratios. */
export async function grow(
  small: Contestant,
  full: Contestant,
  workloads: readonly { name: string; small: readonly Request[]; full: readonly Request[] }[],
): Promise<string> {
  const lines = [
    '| workload | time of a request, full : hundredth | full/s | hundredth/s | wrong |',
    '|---|---|---|---|---|',
  ]
  for (const workload of workloads) {
    const pairs = []
    for (let number = 0; number <= ROUNDS; number++) {
      const ofSmall = await round([small], workload.small, { seconds: ROUND_SECONDS })
      const ofFull = await round([full], workload.full, { seconds: ROUND_SECONDS })
      if (number > 0) pairs.push({ ofSmall, ofFull })
    }
    const ratio = median(pairs.map(({ ofSmall, ofFull }) => ofSmall.requestsPerSecond / ofFull.requestsPerSecond))
    const rates = [
      median(pairs.map(({ ofFull }) => ofFull.requestsPerSecond)),
      median(pairs.map(({ ofSmall }) => ofSmall.requestsPerSecond)),
    ].map((rate) => rate.toFixed(0))
    const wrong = Math.max(...pairs.flatMap(({ ofSmall, ofFull }) => [ofSmall.wrong, ofFull.wrong]))
    lines.push(`| ${[workload.name, ratio.toFixed(2), ...rates, wrong].join(' | ')} |`)
  }
  return lines.join('\n')
}

/** Batches of several sizes, one at a time: what an entry of each costs. */
export async function batches(gateway: Contestant, requestOf: (entries: number) => Request): Promise<string> {
  const lines = ['| checks in one call | ms | µs for each | wrong |', '|---|---|---|---|']
  for (const entries of [10, 100, 500, 1000]) {
    const one = await round([gateway], [requestOf(entries)], { amount: 12, connections: 1 })
    lines.push(`| ${entries} | ${one.p50Ms.toFixed(0)} | ${((one.p50Ms * 1000) / entries).toFixed(0)} | ${one.wrong} |`)
  }
  return lines.join('\n')
}
