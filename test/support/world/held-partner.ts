/** Stands between a gateway and its partner, counts calls, and holds answers back. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HeldPartner {
  /** The partner's API by way of here. */
  url: string
  /** Paths of the calls that came, without their query, e.g. `/program_runs/availability`. */
  readonly asked: string[]
  /** From now on answers wait until it is false again. */
  hold(): void
  /** Answers those that wait, and holds no more. */
  release(): void
  /** Resolves once so many calls have come. */
  called(times: number): Promise<void>
  /** Calls that were given up before they were answered. */
  readonly leftBefore: number
  close(): Promise<void>
}

/** In front of the partner at `target`. */
export async function startHeldPartner(target: string): Promise<HeldPartner> {
  const asked: string[] = []
  let gate: PromiseWithResolvers<void> | null = null
  let leftBefore = 0
  const server = createServer(async ({ url = '', method, headers }, response) => {
    response.once('close', () => {
      if (!response.writableEnded) leftBefore += 1
    })
    asked.push(url.split('?')[0] as string)
    await gate?.promise
    const { authorization = '' } = headers
    const answer = await fetch(target + url, { method, headers: { authorization } })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const release = () => {
    gate?.resolve()
    gate = null
  }
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    hold() {
      gate ??= Promise.withResolvers()
    },
    release,
    async called(times) {
      while (asked.length < times) await new Promise(setImmediate)
    },
    get leftBefore() {
      return leftBefore
    },
    async close() {
      release()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
