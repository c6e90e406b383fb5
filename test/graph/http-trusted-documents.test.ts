/** Tests which documents are answered by hash, by learning or by right. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { TrustedDocuments } from '../../src/graph/limits/trusted-documents.ts'
import { readManifest, readManifestFile, sha256Of } from '../../src/graph/limits/trusted-manifest.ts'
import { type Answer, post, type SmallServer, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

const known = 'query Known { hello }'
const other = 'query Other { item(id: 1) { name } }'
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256Of(text) } })

async function start(production: boolean) {
  const texts = readManifest({ [sha256Of(known)]: known })
  server = await startSmallServer({
    trusted: new TrustedDocuments({ texts, arbitraryFor: production ? new Set(['operator']) : null }),
    authenticate: (name, sender) => {
      const operator = name === 'operator' ? { subject: 'o', displayName: 'O' } : null
      return { ...anonymousViewer(sender.ip), anonymous: name === undefined, operator }
    },
  })
  return (body: object, headers?: Record<string, string>): Promise<Answer> => post(server!.url, body, headers)
}

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code

describe('a known document', () => {
  it.each<[string, object]>([
    ['its id', { documentId: sha256Of(known) }],
    ['its id with the name of the hash', { documentId: `sha256:${sha256Of(known)}` }],
    ['a persisted query', { extensions: persisted(known) }],
    ['a persisted query and its text', { query: known, extensions: persisted(known) }],
    ['its text', { query: known }],
  ])('is answered in production by %s', async (_name, body) => {
    const ask = await start(true)
    expect((await ask(body)).data).toEqual({ hello: 'hello world' })
  })

  it('is answered by GET, too', async () => {
    await start(true)
    const get = async (search: string) =>
      (await fetch(`${server?.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': '1' } })).json()
    expect(await get(`documentId=${sha256Of(known)}`)).toMatchObject({ data: { hello: 'hello world' } })
    const extensions = encodeURIComponent(JSON.stringify(persisted(known)))
    expect(await get(`extensions=${extensions}`)).toMatchObject({ data: { hello: 'hello world' } })
  })
})

describe('an unknown document', () => {
  it('is FORBIDDEN in production, in whatever form', async () => {
    const ask = await start(true)
    for (const body of [
      { query: other },
      { query: other, extensions: persisted(other) },
      { query: '{ __typename }' },
    ]) {
      const answer = await ask(body)
      expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN'])
    }
    expect(codeOf(await ask({ extensions: persisted(other) }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  it('is answered in production to who has the right, and not learnt for others', async () => {
    const ask = await start(true)
    const asOperator = await ask({ query: other, extensions: persisted(other) }, { authorization: 'operator' })
    expect(asOperator.data).toEqual({ item: { name: 'item 1' } })
    expect(codeOf(await ask({ extensions: persisted(other) }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  it('is learnt outside production: its hash is enough from then on', async () => {
    const ask = await start(false)
    const first = await ask({ extensions: persisted(other) })
    expect([first.status, codeOf(first), first.errors?.[0]?.message]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ])
    expect((await ask({ query: other, extensions: persisted(other) })).status).toBe(200)
    expect((await ask({ extensions: persisted(other) })).data).toEqual({ item: { name: 'item 1' } })
  })

  it('cannot be passed off under another hash', async () => {
    const ask = await start(false)
    const answer = await ask({ query: other, extensions: persisted('{ hello }') })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT'])
    expect(codeOf(await ask({ extensions: persisted('{ hello }') }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  it('by hash stays within the limits', async () => {
    const ask = await start(false)
    const bomb = `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: hello`).join(' ')} }`
    expect(codeOf(await ask({ query: bomb, extensions: persisted(bomb) }))).toBe('TOO_COMPLEX')
    expect(codeOf(await ask({ extensions: persisted(bomb) }))).toBe('TOO_COMPLEX')
  })
})

describe('npm run trust', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trust-'))
    await writeFile(join(folder, 'schema.graphql'), 'type Query { hello: String }')
  })
  afterAll(() => rm(folder, { recursive: true }))

  const trust = (...args: string[]) =>
    promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(process.cwd(), 'src/commands/trust-documents.ts'), ...args],
      {
        cwd: folder,
      },
    )
  const write = (name: string, manifest: object) => writeFile(join(folder, name), JSON.stringify(manifest))

  it('adds manifests of both kinds to one file', async () => {
    await write('codegen.json', { [sha256Of(known)]: known })
    const again = 'query Again { again: hello }'
    await write('apollo.json', {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id: sha256Of(again), name: 'Again', type: 'query', body: again }],
    })
    expect((await trust('codegen.json')).stdout).toContain('1 documents, 1 of them new')
    expect((await trust('apollo.json')).stdout).toContain('2 documents, 1 of them new')
    expect((await trust('apollo.json')).stdout).toContain('2 documents, 0 of them new')
    expect([...(await readManifestFile(join(folder, 'trusted-documents.json'))).values()].sort()).toEqual(
      [again, known].sort(),
    )
  })

  it.each<[string, object, RegExp]>([
    [
      'a document that the schema cannot answer',
      { [sha256Of('{ nothing }')]: '{ nothing }' },
      /Cannot query field "nothing"/,
    ],
    ['an id that is not the hash', { ['0'.repeat(64)]: known }, /is not the sha256 of its document/],
    ['no manifest', { operations: [known] }, /Expected a map from sha256 to document/],
  ])('refuses %s and leaves the file alone', async (_name, manifest, message) => {
    await write('bad.json', manifest)
    await expect(trust('bad.json', 'other.json')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(message),
    })
    await expect(readFile(join(folder, 'other.json'))).rejects.toThrow('ENOENT')
  })
})
