/** Opens the operations port and tells its thread what the main thread finds. */
import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Metrics } from '../observability/metrics.ts'
import type { Health, HealthAnswer } from './health.ts'

/** How old what is answered may be, all in ms. */
export interface OperationsTimes {
  /** Between two looks at every part. */
  looksEveryMs: number
  /** Readiness that was said longer ago holds no more: the main thread hangs. */
  readyForMs: number
  /** A main thread that has said nothing for this long will not come back: a long collection or a hard batch is over. */
  liveForMs: number
  /** For metrics to be written anew; then the last text is answered. The whole answer takes 100 ms at most. */
  metricsWithinMs: number
}

const operationsTimes: OperationsTimes = {
  looksEveryMs: 500,
  readyForMs: 2_000,
  liveForMs: 30_000,
  metricsWithinMs: 80,
}

/** With what the thread is started. */
export interface ThreadSettings {
  host: string
  port: number
  times: OperationsTimes
}

/** What the main thread says to it. */
export type ToThread = { live: HealthAnswer; ready: HealthAnswer } | { metrics: string; contentType: string }

/** What it says to the main thread: first its port, then each time that somebody waits for metrics. */
export type FromThread = { port: number } | 'metrics'

export interface OperationsOptions {
  host: string
  /** 0 for any that is free. */
  port: number
  health: Health
  metrics: Pick<Metrics, 'registry'>
  times?: Partial<OperationsTimes>
}

export interface Operations {
  /** Where it listens, e.g. http://127.0.0.1:4001. */
  url: string
  /** Settles when the parts have been looked at for the first time, and the metrics written. */
  begun: Promise<void>
  /** Looks at once, and says what is found. */
  look(): Promise<void>
  close(): Promise<void>
}

/** As the file beside it is: as it is written, or compiled. */
const threadFile = new URL(`operations-thread${extname(import.meta.filename)}`, import.meta.url)
/** For some sockets and a text of metrics; the main thread's own bounds would hold for it else. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

/** Resolves when it listens; rejects with the reason, e.g. EADDRINUSE. */
export async function openOperations({
  host,
  port,
  health,
  metrics,
  ...options
}: OperationsOptions): Promise<Operations> {
  const times = { ...operationsTimes, ...options.times }
  const workerData: ThreadSettings = { host, port, times }
  const thread = new Worker(threadFile, { workerData, resourceLimits, execArgv: [] })
  const tell = (message: ToThread) => thread.postMessage(message)
  // A fault in there is one of our own: from here on it ends the process, as any other would.
  const [listening] = (await once(thread, 'message')) as [{ port: number }]
  thread.unref()
  const look = async () => tell({ ready: await health.ready(), live: health.live() })
  const write = oneAtATime(async () =>
    tell({ metrics: await metrics.registry.metrics(), contentType: metrics.registry.contentType }),
  )
  thread.on('message', write)
  const begun = Promise.all([look(), write()]).then(() => undefined)
  const looking = setInterval(look, times.looksEveryMs).unref()
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`,
    begun,
    look,
    async close() {
      clearInterval(looking)
      await thread.terminate()
    },
  }
}

/** While it works, nobody needs it to begin again. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  return () => {
    running ??= work().finally(() => {
      running = null
    })
    return running
  }
}
