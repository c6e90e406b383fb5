/** Tests that node, nodes and _entities find what the caller may see. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLInterfaceType } from 'graphql'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { type PersonaName, personas } from '../support/permissions/audiences.ts'
import type { Samples } from '../support/permissions/permission-deeds.ts'
import { makeSamples } from '../support/permissions/permission-samples.ts'
import { startWorld, type World } from '../support/world/world.ts'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
const nodeTypes = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType).map(({ name }) => name)
const everybody = Object.keys(personas) as PersonaName[]
/** Roles live in tokens: each is its owner's alone. */
const roles: Record<string, PersonaName> = {
  InstitutionStaff: 'staff',
  InstitutionClient: 'machine',
  Operator: 'operator',
}

let world: World
let samples: Samples
beforeAll(async () => {
  world = await startWorld()
  samples = { ...(await makeSamples(world)), ...(await ownRoles()) }
}, 90_000)
afterAll(() => world?.close())

async function ownRoles(): Promise<Samples> {
  const fieldOf: Record<string, string> = {
    InstitutionStaff: 'staff',
    InstitutionClient: 'client',
    Operator: 'operator',
  }
  const ids = Object.entries(roles).map(async ([type, persona]) => {
    const { data } = await world.ask(personas[persona], `{ viewer { role: ${fieldOf[type]} { id } } }`)
    return [type, data.viewer.role.id as string] as const
  })
  return Object.fromEntries(await Promise.all(ids))
}

const nodes = async (persona: PersonaName, ids: readonly string[]) => {
  const { data, errors } = await world.ask(
    personas[persona],
    'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
    { ids },
  )
  expect(errors).toBeUndefined()
  return data.nodes as ({ __typename: string; id: string } | null)[]
}

const entities = async (persona: PersonaName, r: readonly object[]) => {
  const document = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Node { id } } }`
  const { data, errors } = await world.ask(personas[persona], document, { r })
  expect(errors).toBeUndefined()
  return data._entities as ({ __typename: string; id: string } | null)[]
}

describe.each(nodeTypes)('%s', (type) => {
  it('is found again by its id, as what it is, by somebody', async () => {
    const id = samples[type] as string
    for (const persona of everybody) {
      const { data, errors } = await world.ask(
        personas[persona],
        'query ($id: ID!) { node(id: $id) { __typename id } }',
        { id },
      )
      expect(errors).toBeUndefined()
      expect([{ __typename: type, id }, null]).toContainEqual(data.node)
    }
    const found = await Promise.all(everybody.map(async (persona) => [persona, await nodes(persona, [id])] as const))
    const who = found.filter(([, [one]]) => one !== null).map(([persona]) => persona)
    expect(who.length).toBeGreaterThan(0)
    if (type in roles) expect(who).toEqual([roles[type]])
  })

  it('is an entity to whom node shows it, and null to everybody else', async () => {
    const id = samples[type] as string
    for (const persona of everybody) {
      const found = await entities(persona, [{ __typename: type, id }])
      expect({ persona, found }).toEqual({ persona, found: await nodes(persona, [id]) })
    }
  })

  it('is not found by the uuid of another type', async () => {
    const foreign = globalId(type, '00000000-0000-4000-8000-000000000000')
    expect(await nodes('operator', [foreign])).toEqual([null])
    const other = nodeTypes.find((one) => one !== type) as string
    expect(await entities('operator', [{ __typename: type, id: samples[other] }])).toEqual([null])
  })
})

describe('nodes', () => {
  it('come in the order of their ids, as often as they are asked for, null for what is unknown or not theirs', async () => {
    const [course, payment, learner] = [samples.Course, samples.Payment, samples.Learner] as [string, string, string]
    const ids = [payment, 'nonsense', course, '', course, learner, `${course}A`]
    const at = (type: string) => ({ __typename: type, id: samples[type] })
    expect(await nodes('owner', ids)).toEqual([
      at('Payment'),
      null,
      at('Course'),
      null,
      at('Course'),
      at('Learner'),
      null,
    ])
    expect(await nodes('other', ids)).toEqual([null, null, at('Course'), null, at('Course'), null, null])
  })

  it('are a hundred at most', async () => {
    expect(
      await nodes(
        'anonymous',
        Array.from({ length: 100 }, () => samples.Course as string),
      ),
    ).toHaveLength(100)
  })

  it('with the name of what every object has are as unknown as others', async () => {
    const ids = ['constructor', 'toString', '__proto__', 'hasOwnProperty'].map((name) =>
      globalId(name, '00000000-0000-4000-8000-000000000000'),
    )
    expect(await nodes('anonymous', ids)).toEqual(ids.map(() => null))
  })
})

describe('a second key', () => {
  it('finds what the id finds', async () => {
    const { data } = await world.ask(
      null,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Course { slug } ... on Institution { slug }
        ... on Qualification { slug institution { slug } } } }`,
      { ids: [samples.Course, samples.Institution, samples.Qualification] },
    )
    const found = await entities('anonymous', data.nodes)
    expect(found.map((one) => one?.id)).toEqual([samples.Course, samples.Institution, samples.Qualification])
  })

  it('that names nothing finds null', async () => {
    const institution = { slug: 'nowhere' }
    expect(
      await entities('anonymous', [
        { __typename: 'Course', slug: 'nowhere' },
        { __typename: 'Institution', slug: '' },
        { __typename: 'Qualification', slug: 'msc-leadership', institution },
      ]),
    ).toEqual([null, null, null])
  })
})
