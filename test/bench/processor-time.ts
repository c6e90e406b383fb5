/** Reads the processor time and memory of a gateway and its PostgreSQL. */
import { readdirSync, readFileSync } from 'node:fs'

/** Of all threads so far, in microseconds: the kernel counts them to the nanosecond. */
function timeOf(pid: number): number {
  let ns = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  }
  return ns / 1000
}

function parentOf(pid: number): number {
  const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return Number(parent)
}

/** What it answers for a process that is still there; another may end while all are looked at. */
function ifThere<Value>(look: () => Value, otherwise: Value): Value {
  try {
    return look()
  } catch {
    return otherwise
  }
}

export interface ProcessorTime {
  gatewayUs: number
  postgresUs: number
}

/** Of client connections only, not of the server's own cleaning: the process's title says so. */
const isClient = (pid: number) => / \d[\d.]*\(\d+\) /.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))

/** `backend` is any of the server's processes: its siblings are the others. */
export function processorTime(gateway: number, backend: number): () => ProcessorTime {
  const server = parentOf(backend)
  /** Those that have ended keep what they used. */
  const byBackend = new Map<number, number>()
  return () => {
    for (const pid of readdirSync('/proc').map(Number)) {
      if (pid > 0 && ifThere(() => parentOf(pid) === server && isClient(pid), false)) {
        byBackend.set(
          pid,
          ifThere(() => timeOf(pid), byBackend.get(pid) ?? 0),
        )
      }
    }
    return { gatewayUs: timeOf(gateway), postgresUs: [...byBackend.values()].reduce((sum, us) => sum + us, 0) }
  }
}

/** The most that the process held at any time, in MB. */
export function highWaterMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
