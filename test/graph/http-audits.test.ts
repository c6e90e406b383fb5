/** Tests the gateway by every audit of the GraphQL-over-HTTP suite. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const audits = serverAudits({ url: () => `${world.url}/graphql`, fetchFn: fetch })
const counts = { ok: 0, notice: 0, warn: 0, error: 0 }

it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
  const result = await audit.fn()
  counts[result.status] += 1
  expect({ status: result.status, reason: 'reason' in result ? result.reason : null }).toEqual({
    status: 'ok',
    reason: null,
  })
})

it('are all of them', () => {
  process.stdout.write(`audits: ${JSON.stringify(counts)}\n`)
  expect(audits.length).toBeGreaterThanOrEqual(61)
  expect(counts).toEqual({ ok: audits.length, notice: 0, warn: 0, error: 0 })
})
