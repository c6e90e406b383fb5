/** Remembers on whose behalf an upstream is called, however deep the call is made. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { OWN_WORK } from '../values/fair-gate.ts'

const callers = new AsyncLocalStorage<string>()

/** What `work` asks of upstreams counts against this caller's share. */
export function onBehalfOf<Result>(caller: string, work: () => Result): Result {
  return callers.run(caller, work)
}

/** Jobs and commands are the process's own work. */
export function upstreamCaller(): string {
  return callers.getStore() ?? OWN_WORK
}
