/** Compares contestants in alternating rounds and reports ratios within each round. */
import { type Contestant, type ContestantName, contestantNames, type WorkloadName } from './contestants.ts'
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
      for (const contestant of contestants) {
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

function tableOf(results: Results): string {
  const lines = [
    '| workload | raw/s | gateway/s | ordinary/s | gateway : raw | gateway : ordinary | p99 ms raw, gateway, ratio | CPU µs raw, gateway, ordinary | wrong |',
    '|---|---|---|---|---|---|---|---|---|',
  ]
  for (const [workload, byName] of Object.entries(results)) {
    const of = (name: ContestantName, pick: (one: Round) => number) => median((byName[name] ?? []).map(pick))
    const shown = (value: number, digits = 0) => (Number.isNaN(value) ? '–' : value.toFixed(digits))
    const perSecond = contestantNames.map((name) => shown(of(name, (one) => one.requestsPerSecond)))
    const cpu = contestantNames.map((name) => shown(of(name, (one) => one.cpuUs)))
    // Paired inside a round: the machine's speed changes from one to the next.
    const ratio = (other: ContestantName, pick: (one: Round) => number) =>
      shown(median((byName[other] ?? []).map((one, at) => pick(byName.gateway?.[at] ?? one) / pick(one))), 2)
    const rate = (one: Round) => one.requestsPerSecond
    const late = (one: Round) => one.p99Ms
    const p99 = [shown(of('raw', late), 1), shown(of('gateway', late), 1), ratio('raw', late)]
    const wrong = Math.max(0, ...Object.values(byName).flatMap((all) => all.map((one) => one.wrong)))
    lines.push(
      `| ${[workload, ...perSecond, ratio('raw', rate), ratio('ordinary', rate), p99.join(', '), cpu.join(', '), wrong].join(' | ')} |`,
    )
  }
  return lines.join('\n')
}
