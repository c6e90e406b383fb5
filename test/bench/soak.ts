/** Soaks one gateway with 200,000 mixed requests and measures its memory. */
import type { Contestant } from './contestants.ts'
import { type Request, residentMb, round } from './load.ts'

const REQUESTS = 200_000
const PARTS = 20

/** `requests` are all of the mixture, in the order in which they are sent. */
export async function soak(gateway: Contestant, requests: readonly Request[]): Promise<string> {
  const memory: number[] = []
  let wrong = 0
  for (let part = 0; part < PARTS; part++) {
    wrong += (await round([gateway], requests, { amount: REQUESTS / PARTS })).wrong
    memory.push(residentMb(gateway.pid))
  }
  const half = memory.slice(PARTS / 2)
  const shown = memory.map((mb) => mb.toFixed(0)).join(' ')
  return [
    `${REQUESTS} requests, ${wrong} wrong. Resident memory after each ${REQUESTS / PARTS} in MB: ${shown}.`,
    `At the end ${memory.at(-1)?.toFixed(0)} MB; over the last half between ${Math.min(...half).toFixed(0)} and ${Math.max(...half).toFixed(0)} MB.`,
  ].join('\n')
}
