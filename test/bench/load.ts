/** One round of load on one server: throughput, latencies, and processor time of the server for each request. */
import { readFileSync } from 'node:fs'
import autocannon, { type Request } from 'autocannon'

export interface Round {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** Processor time that the server process itself took for a request, in microseconds. */
  cpuUs: number
  /** Answers that were errors of HTTP or GraphQL: a round with any is worth nothing. */
  wrong: number
}

const ticksPerSecond = 100

/** User and system time of a process so far, in microseconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6
}

export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

const wrongBody = Buffer.from('"errors":[')

/** Each connection begins at another of the requests and takes them in turn. */
export async function round(
  url: string,
  pid: number,
  requests: readonly Request[],
  { seconds, amount, connections = 32 }: { seconds?: number; amount?: number; connections?: number },
): Promise<Round> {
  const before = cpuOf(pid)
  let opened = 0
  let wrong = 0
  const result = await autocannon({
    url,
    connections,
    ...(amount === undefined ? { duration: seconds } : { amount }),
    requests: [requests[0]!],
    setupClient(client) {
      const from = Math.floor((opened++ / connections) * requests.length)
      client.setRequests([...requests.slice(from), ...requests.slice(0, from)])
      client.on('body', (body: Buffer) => {
        if (body.includes(wrongBody)) wrong += 1
      })
    },
  })
  const total = result.requests.total
  return {
    requestsPerSecond: total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuUs: (cpuOf(pid) - before) / Math.max(1, total),
    wrong: wrong + result.non2xx + result.errors + result.timeouts,
  }
}
