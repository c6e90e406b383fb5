/** GraphQL over HTTP to the letter: every audit of the specification's own suite, without a warning or a notice. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { type SmallServer, startSmallServer } from '../support/small-graph.ts'

let server: SmallServer
beforeAll(async () => {
  server = await startSmallServer()
})
afterAll(() => server.close())

/** CSRF prevention stays on: the auditing client sends the header that a page of another origin cannot. */
const audits = serverAudits({
  url: () => `${server.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { 'apollo-require-preflight': '1', ...(init.headers as Record<string, string>) } }),
})

it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
  const result = await audit.fn()
  expect({ status: result.status, reason: 'reason' in result ? result.reason : null }).toEqual({
    status: 'ok',
    reason: null,
  })
})

it('are all of them', () => {
  expect(audits.length).toBeGreaterThanOrEqual(61)
})
