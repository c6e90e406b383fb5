/** Starts a process of the local world that stops when the world does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartRefusal } from './start-refusal.ts'

export type ChildOptions = {
  /** As a sentence calls it, e.g. `the gateway`. */
  name: string
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** Where its output goes; begun anew at each start. */
  logFile: string
  /** The user it runs as; ours when absent. */
  user?: { uid: number; gid: number } | undefined
  /** Signals of a planned stop, gentlest first, each given `patienceMs` before the next; SIGKILL ends the list. */
  stopSignals: NodeJS.Signals[]
  /** The same for the day the world is gone and nobody asks: every part is then told at once. */
  orphanSignals: NodeJS.Signals[]
  patienceMs: number
  /** Opens a channel on which the child may `process.send` a message. */
  channel?: boolean
  /** A folder that has no use without the child; removed when the world is gone. */
  folderOfOrphan?: string
}

export type RunningChild = {
  name: string
  logFile: string
  process: ChildProcess
  /** How it ended, e.g. `exit code 1`; never rejects. */
  ended: Promise<string>
  /** The same, undefined while it runs. */
  end(): string | undefined
  /** Resolves once it has ended; at once when it already has. */
  stop(): Promise<void>
}

/**
 * The child gets a session of its own, so that Ctrl-C in the terminal reaches the world alone and the order of
 * stopping stays the world's. The price is that nothing ends it when the world is killed; the watchdog does.
 */
export function startChild(options: ChildOptions): RunningChild {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'w')
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: options.channel ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
  })
  closeSync(log)
  let end: string | undefined
  const watchdog = child.pid === undefined ? undefined : startWatchdog(child.pid, options)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (problem) => resolve(problem.message))
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`))
  }).then(async (how) => {
    end = how
    await watchdog?.dismiss()
    return how
  })
  const stop = async () => {
    for (const signal of [...options.stopSignals, 'SIGKILL' as const]) {
      if (end !== undefined) break
      child.kill(signal)
      const patience = new AbortController()
      await Promise.race([ended, delay(options.patienceMs, undefined, { signal: patience.signal }).catch(() => {})])
      patience.abort()
    }
    await ended
  }
  return { name: options.name, logFile: options.logFile, process: child, ended, end: () => end, stop }
}

export type ReadyOptions = {
  signal?: AbortSignal | undefined
  /** Called now and then while it is not ready, with the seconds so far. */
  stillWaiting?: (seconds: number) => void
  /** The sentence for an end before readiness; the end of the log when absent. */
  describeEnd?: (end: string) => string
}

/**
 * Asks `isReady` again and again until it says yes. Throws when the child ends first (a StartRefusal with the reason)
 * or the signal is aborted, having stopped the child. No deadline: a slow machine is not a failure, and Ctrl-C works.
 */
export async function untilReady(
  child: RunningChild,
  isReady: () => Promise<boolean>,
  options: ReadyOptions,
): Promise<void> {
  const { signal, stillWaiting, describeEnd = (end) => describeDeath(child, end) } = options
  try {
    const beganAt = performance.now()
    for (let saidAt = beganAt; ; await delay(25)) {
      signal?.throwIfAborted()
      const end = child.end()
      if (end !== undefined) throw new StartRefusal(describeEnd(end))
      if (await isReady()) return
      const now = performance.now()
      if (now - saidAt < 5_000) continue
      saidAt = now
      stillWaiting?.(Math.round((now - beganAt) / 1000))
    }
  } catch (problem) {
    await child.stop()
    throw problem
  }
}

/** The sentence for a part that ended without being asked to, with the end of what it wrote. */
export function describeDeath(child: RunningChild, end: string): string {
  return `${child.name} ended by itself (${end}); the end of its log, ${child.logFile}:\n${lastLines(child.logFile, 15)}`
}

/** The last lines of what a child wrote. */
export function lastLines(logFile: string, count: number): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
}

/** Reads until its input ends, which is when the world does; then sends the signals, in whole seconds apart. */
const watchdogScript = `
trap '' INT TERM HUP
read -r _
pid=$1 seconds=$2 folder=$3
shift 3
for signal in "$@" KILL; do
  kill -s "$signal" "$pid" 2>/dev/null || break
  waited=0
  while [ "$waited" -lt "$seconds" ] && kill -0 "$pid" 2>/dev/null; do sleep 1; waited=$((waited + 1)); done
done
[ -z "$folder" ] || rm -rf "$folder"
`

function startWatchdog(pid: number, options: ChildOptions): { dismiss(): Promise<void> } {
  const seconds = Math.ceil(options.patienceMs / 1000)
  const signals = options.orphanSignals.map((signal) => signal.slice('SIG'.length))
  const args = ['-c', watchdogScript, 'watchdog', `${pid}`, `${seconds}`, options.folderOfOrphan ?? '', ...signals]
  const watchdog = spawn('/bin/sh', args, { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = new Promise<void>((resolve) => {
    watchdog.once('error', () => resolve())
    watchdog.once('exit', () => resolve())
  })
  watchdog.stdin?.on('error', () => {})
  return {
    dismiss: async () => {
      watchdog.kill('SIGKILL')
      await gone
    },
  }
}
