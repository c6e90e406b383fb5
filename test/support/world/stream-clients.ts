/** Runs the official clients of both subscription transports. */
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { createClient as createEventClient } from 'graphql-sse'
import { type Client, createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { Authenticator } from '../../../src/auth/authenticator.ts'
import type { ServerParts } from '../../../src/http/server.ts'
import { audience, startIssuer, type TestIssuer } from './issuer.ts'
import { changes, type SmallServer, startSmallServer } from './small-graph.ts'

/** What the running test has: its identity provider and, once started, its server. */
export const at = {} as { issuer: TestIssuer; server: SmallServer }
/** What is closed with the running test, first things first. */
export const closing: (() => unknown)[] = []

/** Has the identity provider started before a file's tests, and everything closed after them. */
export function openStreamWorld(): void {
  beforeAll(async () => {
    at.issuer = await startIssuer()
  })
  afterAll(() => at.issuer.close())
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    await at.server.close()
  })
}

/** Starts the small server, whose callers are known by their tokens. */
export async function start(parts: Partial<ServerParts> = {}) {
  const directory = { learnerId: async () => 'id', institutionId: async () => null }
  const authenticator = new Authenticator({ issuer: at.issuer.url, audience, directory })
  at.server = await startSmallServer({
    authenticate: (header, sender) => authenticator.authenticate(header, sender),
    expiryOf: (viewer) => authenticator.expiryOf(viewer),
    ...parts,
  })
}

export interface Result {
  data?: Record<string, unknown> | null
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[]
}
export type Open = (query: string, variables?: Record<string, unknown>) => AsyncIterableIterator<Result>

/** `said` is the token, or all parameters of the connection. */
export function overSockets(said: string | Record<string, unknown> = {}, onClosed?: (event: unknown) => void): Open {
  const client: Client = createSocketClient({
    url: `${at.server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: typeof said === 'string' ? { authorization: said } : said,
    retryAttempts: 0,
    on: { closed: (event) => onClosed?.(event) },
  })
  closing.push(() => client.dispose())
  return (query, variables) => client.iterate({ query, variables }) as AsyncIterableIterator<Result>
}

export function overEvents(authorization?: string): Open {
  const client = createEventClient({
    url: `${at.server.url}/graphql/stream`,
    headers: authorization ? { authorization } : {},
    retryAttempts: 0,
  })
  closing.push(() => client.dispose())
  return (query, variables) => client.iterate({ query, variables }) as AsyncIterableIterator<Result>
}

/** For `describe.each`: each promise holds over both. */
export const transports: [name: string, open: (authorization?: string) => Open][] = [
  ['WebSocket', overSockets],
  ['server-sent events', overEvents],
]

export async function all(results: AsyncIterableIterator<Result>): Promise<Result[]> {
  const heard: Result[] = []
  for await (const result of results) heard.push(result)
  return heard
}

/** Errors come as results or end the stream, as the transport's protocol has it. */
export async function refusalOf(results: AsyncIterableIterator<Result>) {
  try {
    return (await all(results))[0]?.errors?.[0]
  } catch (errors) {
    return (errors as Result['errors'])?.[0]
  }
}

/** Resolves once `id` has so many subscribers: the server has taken them in, or let them go. */
export async function waiting(id: string, count: number): Promise<void> {
  while ((changes.get(id)?.size ?? 0) !== count) await new Promise(setImmediate)
}
