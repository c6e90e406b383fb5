/** Tests a production gateway's trusted documents, hidden schema and missing GraphiQL. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { sha256Of } from '../../src/graph/limits/trusted-manifest.ts'
import { type Replica, startReplica } from '../support/world/replica.ts'
import { post } from '../support/world/small-graph.ts'
import { startWorld, type World } from '../support/world/world.ts'

const known = 'query Known { institution(slug: "the-open-university") { name } }'
const other = 'query Other { institution(slug: "university-of-northmoor") { name } }'
let world: World
let gateway: Replica
let folder: string
let operator: string

beforeAll(async () => {
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'production-'))
  const manifest = join(folder, 'trusted-documents.json')
  await writeFile(manifest, JSON.stringify({ [sha256Of(known)]: known }))
  gateway = await startReplica(world, {
    NODE_ENV: 'production',
    TRUSTED_DOCUMENTS_FILE: manifest,
    SECURITY_CONTACT: 'mailto:security@example.org',
  })
  operator = `Bearer ${await world.tokenOf('operator')}`
})
afterAll(async () => {
  await gateway?.close()
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

const codeOf = ({ errors }: { errors?: { extensions: Record<string, unknown> }[] }) => errors?.[0]?.extensions.code

describe('in production', () => {
  it('everybody may send a known document, whole or by its hash', async () => {
    for (const body of [
      { query: known },
      { documentId: sha256Of(known) },
      { extensions: { persistedQuery: { version: 1, sha256Hash: sha256Of(known) } } },
    ])
      expect((await post(gateway.url, body)).data).toEqual({ institution: { name: 'The Open University' } })
  })

  it.each(['ada', 'registrar', 'institution-client', null])('%s may not send any other', async (persona) => {
    const headers: Record<string, string> = persona ? { authorization: `Bearer ${await world.tokenOf(persona)}` } : {}
    const answer = await post(gateway.url, { query: other }, headers)
    expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN'])
    const hash = { persistedQuery: { version: 1, sha256Hash: sha256Of(other) } }
    expect(codeOf(await post(gateway.url, { query: other, extensions: hash }, headers))).toBe('FORBIDDEN')
    expect(codeOf(await post(gateway.url, { extensions: hash }, headers))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  it('a router that asks as itself may', async () => {
    const router = { authorization: `Bearer ${await world.tokenOf('router')}` }
    const answer = await post(gateway.url, { query: other }, router)
    expect(answer.data).toEqual({ institution: { name: 'University of Northmoor' } })
    const sdl = await post(gateway.url, { query: '{ _service { sdl } }' }, router)
    expect(sdl.data?._service).toEqual({ sdl: expect.stringContaining('@key') })
  })

  it('nor over WebSocket or as server-sent events', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ query: other })
    const events = await fetch(`${gateway.url}/graphql/stream`, { method: 'POST', headers, body })
    expect(await events.text()).toContain('"code":"FORBIDDEN"')
    const url = `${gateway.url.replace('http', 'ws')}/graphql`
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 })
    await expect(client.iterate({ query: other }).next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    await client.dispose()
  })

  it('an operator may, but is shown no schema, not even by a hint', async () => {
    const ask = (query: string) => post(gateway.url, { query }, { authorization: operator })
    expect((await ask(other)).data).toEqual({ institution: { name: 'University of Northmoor' } })
    expect(codeOf(await ask('{ __schema { types { name } } }'))).toBe('GRAPHQL_VALIDATION_FAILED')
    const { errors } = await ask('{ institutio(slug: "x") { name } }')
    expect(errors?.[0]?.message).not.toMatch(/Did you mean|institution"/)
  })

  it('a browser is shown no GraphiQL', async () => {
    const answer = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } })
    expect(answer.headers.get('content-type')).not.toContain('html')
    expect((await fetch(gateway.url)).status).toBe(404)
  })
})

describe('the page for researchers', () => {
  const page = (url: string) => fetch(`${url}/.well-known/security.txt`)

  it('says whom to tell, in the form of RFC 9116, for less than a year', async () => {
    const answer = await page(gateway.url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    const fields = Object.fromEntries((await answer.text()).split('\n').map((line) => line.split(/: (.*)/, 2)))
    expect(fields).toMatchObject({
      Contact: 'mailto:security@example.org',
      Canonical: `${world.environment.PUBLIC_URL}/.well-known/security.txt`,
    })
    const daysLeft = (Date.parse(fields.Expires) - Date.now()) / 86_400_000
    expect(daysLeft).toBeGreaterThan(30)
    expect(daysLeft).toBeLessThan(365)
  })

  it('is not there unless somebody is named', async () => {
    expect((await page(world.url)).status).toBe(404)
  })
})
