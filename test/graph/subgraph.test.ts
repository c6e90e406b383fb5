/** Tests that federation queries obey cost, rate limits, trusted documents and masking. */
import 'reflect-metadata'
import { afterEach, describe, expect, it } from '@jest/globals'
import { anonymousViewer } from '../../src/auth/viewer.ts'
import { globalId } from '../../src/graph/contract/global-id.ts'
import type { ExecutorOptions } from '../../src/graph/execution/executor.ts'
import { Admission } from '../../src/graph/limits/admission.ts'
import { MemoryRateLimits } from '../../src/graph/limits/rate-limit.ts'
import { TrustedDocuments } from '../../src/graph/limits/trusted-documents.ts'
import { readManifest, sha256Of } from '../../src/graph/limits/trusted-manifest.ts'
import { asSubgraph } from '../../src/graph/schema-build/subgraph.ts'
import type { ServerParts } from '../../src/http/server.ts'
import { type SmallServer, smallExecutor, smallSchema, startSmallServer } from '../support/world/small-graph.ts'

let server: SmallServer
afterEach(() => server.close())

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const idOf = (n: number) => globalId('Item', uuid(n))
const [unknown, faulty] = [404, 500]

/** Items by their ids or names; one that there is not, and one that cannot be read. */
function itemsAsEntities() {
  return asSubgraph<unknown>(smallSchema(), {
    nodes: {
      Item: async (_context, id) => {
        if (id === uuid(faulty)) throw new Error('select * from item')
        return id === uuid(unknown) ? null : { id, name: `item ${id.at(-1)}`, notes: [{ text: 'one' }] }
      },
    },
    furtherKeys: {
      Item: {
        fields: 'name',
        idOf: (_context, { name }) =>
          typeof name === 'string'
            ? Promise.resolve(name.startsWith('item ') ? idOf(Number(name.at(-1))) : null)
            : undefined,
      },
    },
    shareable: ['Note'],
  })
}

async function start(options: Partial<ExecutorOptions> = {}, parts: Partial<ServerParts> = {}) {
  const schema = itemsAsEntities()
  server = await startSmallServer({ schema, executor: smallExecutor(schema, options), ...parts })
}

const entities = 'query Entities($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Item { name } } }'
const items = (...keys: object[]) => ({ r: keys.map((key) => ({ __typename: 'Item', ...key })) })

describe('the schema for routers', () => {
  it('names the keys of things and what others may define too, and nothing of the way in', async () => {
    await start()
    const { data } = await server.ask('{ _service { sdl } }')
    const { sdl } = data?._service as { sdl: string }
    expect(sdl).toMatch(/^extend schema @link\(url: "https:\/\/specs.apollo.dev\/federation\/v2.0", import: \["@key"/)
    expect(sdl).toContain('type Item @key(fields: "id") @key(fields: "name") {')
    expect(sdl).toContain('type Note @shareable {')
    expect(sdl).toContain('type Query {')
    expect(sdl).not.toMatch(/_entities|_service|_Any/)
  })
})

describe.each([
  ['interpreted', { compile: { enabled: false } }],
  ['compiled', { compile: { atUse: 1 } }],
])('things by their keys, %s,', (_name, options) => {
  it('come in their order, null for what is not there', async () => {
    await start(options)
    const { data, errors } = await server.ask(
      entities,
      items(
        { id: idOf(2) },
        { id: idOf(unknown) },
        { name: 'item 3' },
        { id: 'nonsense' },
        { name: 'none' },
        { id: idOf(1) },
      ),
    )
    expect(errors).toBeUndefined()
    const item = (n: number) => ({ __typename: 'Item', name: `item ${n}` })
    expect(data).toEqual({ _entities: [item(2), null, item(3), null, null, item(1)] })
  })

  it('are not opened by the id of another type', async () => {
    await start(options)
    const { data } = await server.ask(entities, items({ id: globalId('Other', uuid(1)) }))
    expect(data).toEqual({ _entities: [null] })
  })

  it('can be written into the document', async () => {
    await start(options)
    const { data } = await server.ask(
      `{ _entities(representations: [{ __typename: "Item", name: "item 3" }]) { ... on Item { name } } }`,
    )
    expect(data).toEqual({ _entities: [{ name: 'item 3' }] })
  })

  it.each<[string, object]>([
    ['an unknown type', { r: [{ __typename: 'Secret', id: 'x' }] }],
    ['a type that is no entity', { r: [{ __typename: 'Note', id: 'x' }] }],
    ['a name that every object has', { r: [{ __typename: 'constructor', id: 'x' }] }],
    ['no key', items({ colour: 'RED' })],
    ['a key of the wrong kind', items({ id: { nested: true } })],
    ['more than fit', items(...Array.from({ length: 1001 }, (_, n) => ({ id: idOf(n) })))],
  ])('are refused with %s', async (_case, variables) => {
    await start(options)
    const { errors } = await server.ask(entities, variables)
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['representations'] } }])
  })

  it.each([[[null]], [['text']], [[7]], [[['Item']]], [[{ id: 'x' }]], [[{ __typename: 7 }]]])(
    'are refused as %j, which says nothing of a type',
    async (r) => {
      await start(options)
      const { errors } = await server.ask(entities, { r })
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: ['r', '0'] } }])
    },
  )

  it('fail without a word of what is behind them', async () => {
    await start(options)
    const { data, errors } = await server.ask(entities, items({ id: idOf(faulty) }))
    expect(data).toBeNull()
    expect(errors).toMatchObject([{ path: ['_entities'], extensions: { code: 'INTERNAL' } }])
    expect(JSON.stringify(errors)).not.toContain('select')
  })
})

describe('the price of things by their keys', () => {
  const sizes = { points: 100, restorePerSecond: 10 }
  const admission = () =>
    new Admission(new MemoryRateLimits(() => 0), { anonymous: sizes, person: sizes, client: sizes })
  const withNotes = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Item { name notes { text } } } }'

  it('is that of each, with what is asked of it', async () => {
    await start({ admission: admission() })
    const { extensions } = await server.ask(withNotes, items({ id: idOf(1) }, { id: idOf(2) }))
    expect(extensions).toMatchObject({ cost: { requested: 33, actual: 15 } })
  })

  it('is refused before anything is read when it is more than a rate limit holds', async () => {
    await start({ admission: admission() })
    const { errors } = await server.ask(withNotes, items(...Array.from({ length: 10 }, () => ({ id: idOf(faulty) }))))
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_COMPLEX', found: 127, allowed: 100 } }])
  })
})

describe.each([
  ['interpreted', { compile: { enabled: false } }],
  ['compiled', { compile: { atUse: 1 } }],
])('introspection, %s,', (_name, options) => {
  const wholeSchema = '{ __schema { queryType { fields { name } } types { name } } __type(name: "_Any") { name } }'
  const federation = /"_(service|entities|Any|Entity|Service)"/
  const startFor = () =>
    start(options, {
      authenticate: (name, sender) =>
        name === undefined
          ? anonymousViewer(sender.ip)
          : { ...anonymousViewer(sender.ip), anonymous: false, router: name === 'router' ? { clientId: 'r' } : null },
    })
  const shown = async (query: string, headers?: Record<string, string>) => {
    const { data, errors } = await server.ask(query, {}, headers)
    expect(errors).toBeUndefined()
    return JSON.stringify(data)
  }

  it.each<[string, Record<string, string>]>([
    ['nobody', {}],
    ['somebody', { authorization: 'learner' }],
  ])("shows %s the clients' contract, beside other questions too", async (_who, headers) => {
    await startFor()
    for (const query of [
      wholeSchema,
      wholeSchema.replace('{', '{ hello'),
      'query { ...Asked } fragment Asked on Query { ... { __schema { types { name } } } }',
    ]) {
      const answer = await shown(query, headers)
      expect(answer).toContain('"Item"')
      expect(answer).not.toMatch(federation)
    }
  })

  it('shows a router what it composes, whoever asked before', async () => {
    await startFor()
    expect(await shown(wholeSchema)).not.toMatch(federation)
    const answer = await shown(wholeSchema, { authorization: 'router' })
    for (const name of ['_service', '_entities', '_Any', '_Entity', '_Service']) expect(answer).toContain(`"${name}"`)
    expect(await shown(wholeSchema)).not.toMatch(federation)
  })

  it('leaves answered what it does not show', async () => {
    await startFor()
    expect(await shown('{ _service { sdl } }')).toContain('type Item')
    expect(await shown('{ _service { sdl } __schema { queryType { name } } }')).toContain('type Item')
  })
})

describe('in production', () => {
  const startStrict = (texts: string[]) =>
    start(
      {},
      {
        trusted: new TrustedDocuments({
          texts: readManifest(Object.fromEntries(texts.map((text) => [sha256Of(text), text]))),
          arbitraryFor: new Set(['operator', 'router']),
        }),
        authenticate: (name, sender) => ({
          ...anonymousViewer(sender.ip),
          router: name === 'router' ? { clientId: 'r' } : null,
          anonymous: name === undefined,
        }),
      },
    )

  it('a router in the name of its caller asks only what is known', async () => {
    await startStrict([entities])
    expect((await server.ask(entities, items({ id: idOf(1) }))).data).toMatchObject({ _entities: [{ name: 'item 1' }] })
    for (const other of [entities.replace('name', 'id name'), '{ _service { sdl } }']) {
      expect((await server.ask(other, items())).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
  })

  it('a router in its own name asks what it likes', async () => {
    await startStrict([])
    const { data } = await server.ask(entities, items({ id: idOf(1) }), { authorization: 'router' })
    expect(data).toMatchObject({ _entities: [{ name: 'item 1' }] })
  })
})
