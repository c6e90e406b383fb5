/** Compares contestants in alternating rounds and reports ratios within each round. */
import { type Contestant, type ContestantName, contestantNames, titleOf, type WorkloadName } from './contestants.ts'
import { type Request, type Round, round } from './load.ts'

export const ROUNDS = 5
export const ROUND_SECONDS = 2

type Results = Record<string, Partial<Record<ContestantName, Round[]>>>

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** The requests of a contestant for a workload; null when it has none. */
export type RequestsFor = (name: ContestantName, workload: WorkloadName) => readonly Request[] | null

/** All workloads, each with one round first that does not count. Answers the table. */
export async function compare(
  contestants: readonly Contestant[],
  workloads: readonly WorkloadName[],
  requestsFor: RequestsFor,
): Promise<string> {
  const results: Results = {}
  for (const workload of workloads) {
    const byName: Results[string] = {}
    results[workload] = byName
    for (let number = 0; number <= ROUNDS; number++) {
      // Whoever follows another finds the machine as that one left it.
      for (const contestant of number % 2 ? contestants : contestants.toReversed()) {
        const { name } = contestant
        const requests = requestsFor(name, workload)
        if (!requests) continue
        const one = await round([contestant], requests, { seconds: ROUND_SECONDS })
        if (number === 0) continue
        byName[name] = [...(byName[name] ?? []), one]
        console.log(
          `${workload} ${name}: ${one.requestsPerSecond.toFixed(0)}/s, ${one.cpuUs.toFixed(0)} µs, ${one.wrong} wrong`,
        )
      }
    }
  }
  return tableOf(results)
}

/** Of the throughput of the commit before: less is a loss and no longer noise. */
const LEAST_OF_BEFORE = 0.97

/** One row for each workload and contestant; the ratios are those of the gateway to it. */
function tableOf(results: Results): string {
  const lines = [
    '| workload | contestant | requests/s | gateway : it | p99 ms | gateway : it | CPU µs | gateway : it | wrong |',
    '|---|---|---|---|---|---|---|---|---|',
  ]
  for (const [workload, byName] of Object.entries(results)) {
    for (const name of contestantNames) {
      const all = byName[name]
      if (!all) continue
      const measured = [rate, late, cpu].flatMap((pick) => [
        median(all.map(pick)).toFixed(pick === late ? 1 : 0),
        name === 'gateway' ? '–' : shownRatio(ratioOf(byName, name, pick)),
      ])
      const wrong = Math.max(...all.map((one) => one.wrong))
      lines.push(`| ${[workload, titleOf[name], ...measured, wrong].join(' | ')} |`)
    }
  }
  return [...lines, ...nowToBefore(results)].join('\n')
}

const rate = (one: Round) => one.requestsPerSecond
const late = (one: Round) => one.p99Ms
const cpu = (one: Round) => one.cpuUs
const shownRatio = (ratio: number) => (Number.isNaN(ratio) ? '–' : ratio.toFixed(2))

/** Paired inside a round: the machine's speed changes from one to the next. */
function ratioOf(byName: Results[string], other: ContestantName, pick: (one: Round) => number): number {
  const gateway = byName.gateway ?? []
  return median((byName[other] ?? []).map((one, at) => (gateway[at] ? pick(gateway[at]) / pick(one) : Number.NaN)))
}

/** The throughput now : before in one line, and where it breaks the bound. */
function nowToBefore(results: Results): string[] {
  const compared = Object.entries(results).filter(([, byName]) => byName.gateway && byName.before)
  if (compared.length === 0) return []
  const told = compared.map(([workload, byName]) => {
    const ratio = ratioOf(byName, 'before', rate)
    return `${workload} ${shownRatio(ratio)}${ratio < LEAST_OF_BEFORE ? ' (too slow)' : ''}`
  })
  return ['', `Requests/s now : before, ${LEAST_OF_BEFORE} at least: ${told.join(', ')}.`]
}
