/** Loads one server for a round and measures throughput, latency and processor time. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** A request, and where its answer is told to be wrong. */
export interface Request {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface Round {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** Processor time that the server processes took for a request, in microseconds. */
  cpuUs: number
  /** Answers that were errors of HTTP or GraphQL: a round with any is worth nothing. */
  wrong: number
}

const TICKS_PER_SECOND = 100

/** User and system time of a process so far, in microseconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6
}

export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

const wrongBody = Buffer.from('"errors":[')
const headEnd = Buffer.from('\r\n\r\n')
const good = Buffer.from('HTTP/1.1 200')

function bytesOf({ method = 'POST', path, headers = {}, body = '' }: Request, host: string): Buffer {
  const head = Object.entries({ ...headers, host, 'content-length': `${Buffer.byteLength(body)}` })
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}

/** What all connections of a round share. */
interface Tally {
  latenciesMs: number[]
  wrong: number
  /** Whether another request is to be sent, and how long after the last answer, in ms. */
  goesOn(): boolean
  pauseMs: number
}

/**
 * A connection that is kept alive and sends its requests one after the other. Load generators that parse HTTP as they
 * should cost more than the servers that are measured here: this one looks for the end of an answer and for errors in it.
 */
function keepAsking(url: URL, requests: readonly Buffer[], from: number, tally: Tally): Promise<void> {
  return new Promise((resolve, reject) => {
    let at = from
    let sentAt = 0
    let awaited = 0
    const take = (piece: Buffer) => {
      if (awaited === 0) {
        awaited = lengthOf(piece)
        // Errors come first in an answer.
        if (!piece.subarray(0, good.length).equals(good) || piece.includes(wrongBody)) tally.wrong += 1
      }
      awaited -= piece.length
      if (awaited > 0) return
      tally.latenciesMs.push(performance.now() - sentAt)
      if (tally.pauseMs > 0) setTimeout(next, tally.pauseMs)
      else next()
    }
    // One buffer for all that is read: nothing is kept of it.
    const buffer = Buffer.allocUnsafe(128 * 1024)
    const callback = (length: number) => {
      take(buffer.subarray(0, length))
      return true
    }
    const socket: Socket = connect({ port: Number(url.port), host: url.hostname, onread: { buffer, callback } })
    socket.setNoDelay(true)
    const next = () => {
      if (!tally.goesOn()) return void socket.end(resolve)
      sentAt = performance.now()
      socket.write(requests[at++ % requests.length] as Buffer)
    }
    socket.on('connect', next)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`${url.host} closed a connection`)))
  })
}

/** The whole length of an answer, from its first piece. */
function lengthOf(piece: Buffer): number {
  const end = piece.indexOf(headEnd)
  const length = /content-length: *(\d+)/i.exec(piece.toString('latin1', 0, end))?.[1]
  if (end < 0 || length === undefined)
    throw new Error(`an answer without a length: ${piece.toString('latin1', 0, 300)}`)
  return end + headEnd.length + Number(length)
}

/**
 * Asks for so many `seconds`, or an `amount` of requests; each connection begins at another one and takes them in turn.
 * With `pauseMs` it waits after each answer: then latencies tell of the server, not of a queue that the load makes itself.
 */
export async function round(
  targets: readonly { url: string; pid: number }[],
  requests: readonly Request[],
  { seconds = Number.POSITIVE_INFINITY, amount = Number.POSITIVE_INFINITY, connections = 32, pauseMs = 0 },
): Promise<Round> {
  const cpu = () => targets.reduce((sum, { pid }) => sum + cpuOf(pid), 0)
  const before = cpu()
  const startedAt = performance.now()
  let left = amount
  const tally: Tally = {
    latenciesMs: [],
    wrong: 0,
    pauseMs,
    goesOn: () => left-- > 0 && performance.now() - startedAt < seconds * 1000,
  }
  const urls = targets.map(({ url }) => new URL(url))
  const bytes = urls.map((url) => requests.map((request) => bytesOf(request, url.host)))
  await Promise.all(
    Array.from({ length: connections }, (_, n) => {
      const target = n % targets.length
      const from = Math.floor((n / connections) * requests.length)
      return keepAsking(urls[target] as URL, bytes[target] as Buffer[], from, tally)
    }),
  )
  const tookSeconds = (performance.now() - startedAt) / 1000
  const { wrong } = tally
  const latencies = tally.latenciesMs.sort((one, other) => one - other)
  const quantile = (q: number) => latencies[Math.floor(q * latencies.length)] ?? 0
  return {
    requestsPerSecond: latencies.length / tookSeconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    wrong,
    cpuUs: (cpu() - before) / Math.max(1, latencies.length),
  }
}
