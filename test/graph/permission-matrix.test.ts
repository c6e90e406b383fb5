/** Tests the permission matrix: every field, query and mutation, for every caller. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLObjectType, getNamedType, isLeafType, isObjectType } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { type Audience, audiences, type PersonaName, personas } from '../support/permissions/audiences.ts'
import { mutations, queries, type Samples, subscriptions } from '../support/permissions/permission-deeds.ts'
import { readable, type TypeEntry } from '../support/permissions/permission-matrix.ts'
import { documentAt, makeSamples } from '../support/permissions/permission-samples.ts'
import { permissionCounts, permissionTable } from '../support/permissions/permission-table.ts'
import { inDays } from '../support/world/study.ts'
import { digestOf } from '../support/world/untouched.ts'
import { startWorld, type World } from '../support/world/world.ts'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
const everybody = audiences.everybody
const isIn = (persona: PersonaName, audience: Audience) => (audiences[audience] as readonly string[]).includes(persona)

let world: World
let samples: Samples
beforeAll(async () => {
  world = await startWorld()
  samples = await makeSamples(world)
}, 90_000)
afterAll(() => world?.close())

const objectTypes = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
)
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
const implementing = (type: GraphQLObjectType, name: string) => type.getInterfaces().some((one) => one.name === name)
const told = Object.values(schema.getSubscriptionType()!.getFields()).map((field) => getNamedType(field.type))
/** Answers of mutations and events go to whoever asked for them; what is wrong with an input, to whoever sent it. */
const isReply = (type: GraphQLObjectType) =>
  type.name.endsWith('Payload') ||
  implementing(type, 'UserError') ||
  (told.includes(type) && !implementing(type, 'Node'))
const read = objectTypes.filter((type) => !roots.includes(type) && !isReply(type))

/** What a persona finds of a type's fields: null where the type itself is out of reach. */
type Found = Record<string, unknown> | null

function selectionOf(type: GraphQLObjectType, name: string): string {
  const field = type.getFields()[name]
  if (!field) throw new Error(`${type.name} has no field ${name}`)
  const args = [
    ...(field.args.some((arg) => arg.name === 'first') ? ['first: 1'] : []),
    ...(field.args.some((arg) => arg.name === 'scheme') ? ['scheme: ECTS'] : []),
    ...(field.args.some((arg) => arg.name === 'to')
      ? [`from: "${inDays(-1).slice(0, 10)}", to: "${inDays(1).slice(0, 10)}"`]
      : []),
    ...(field.args.some((arg) => arg.name === 'framework') ? ['framework: EQF'] : []),
  ]
  return `${name}: ${name}${args.length ? `(${args.join(', ')})` : ''}${isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'}`
}

/** All objects that carry the mark, wherever they lie in the answer. */
function marked(data: unknown): Record<string, unknown>[] {
  if (data === null || typeof data !== 'object') return []
  if ('mark' in data) return [data as Record<string, unknown>]
  return Object.values(data).flatMap(marked)
}

/** A value where any of the objects at that place has one. */
async function found(
  persona: PersonaName,
  type: GraphQLObjectType,
  at: string,
  names: readonly string[],
): Promise<Found> {
  const selection = `mark: __typename ${names.map((name) => selectionOf(type, name)).join(' ')}`
  const { data, errors } = await world.ask(personas[persona], documentAt(samples, at, selection))
  const objects = marked(data)
  if (errors && names.length > 1) {
    const alone = await Promise.all(names.map((name) => found(persona, type, at, [name])))
    return alone.some(Boolean) ? Object.assign({}, ...alone.map((one) => one ?? {})) : null
  }
  if (errors) {
    for (const { extensions } of errors) expect(extensions.code).toMatch(/^(FORBIDDEN|UNAUTHENTICATED|NOT_FOUND)$/)
  }
  if (objects.length === 0) return null
  return Object.fromEntries(
    names.map((name) => [name, objects.map((one) => one[name]).find((value) => value != null) ?? null]),
  )
}

describe('the matrix', () => {
  it('has every type and every field of the schema, and nothing else', () => {
    const asWritten = ({ fields }: TypeEntry) => Object.values(fields).flatMap((names) => names.split(/\s+/))
    const entries = Object.entries(readable).map(([name, entry]) => [name, asWritten(entry).sort()])
    const types = read.map((type) => [type.name, Object.keys(type.getFields()).sort()])
    expect(Object.fromEntries(entries)).toEqual(Object.fromEntries(types))
  })

  it('has every root field', () => {
    const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.keys(type?.getFields() ?? {}).sort()
    const [query, mutation, subscription] = roots.map(fieldsOf)
    expect(Object.keys(queries).sort()).toEqual(query)
    expect(Object.keys(mutations).sort()).toEqual(mutation)
    expect(Object.keys(subscriptions).sort()).toEqual(subscription)
  })

  it('can be read as a table', () => {
    const table = permissionTable()
    const { fields, personas: asking } = permissionCounts
    process.stdout.write(`permission matrix: ${fields} fields and root fields by ${asking} personas\n`)
    for (const { name } of read) expect(table).toContain(`### ${name}\n`)
    const everyRoot = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}))
    for (const name of everyRoot)
      expect(table).toMatch(new RegExp(`^\\| ${name} (\\| [A-Za-z_]+ ){${asking}}\\|$`, 'm'))
    expect(fields).toBe(read.flatMap((type) => Object.keys(type.getFields())).length + everyRoot.length)
  })
})

describe('of each type everybody sees what the matrix says, and nothing more:', () => {
  it.each(Object.keys(readable))('%s', async (name) => {
    const type = schema.getType(name) as GraphQLObjectType
    const { at, fields } = readable[name] as TypeEntry
    const circles = Object.entries(fields) as [Audience, string][]
    const names = circles.flatMap(([, list]) => list.split(/\s+/))
    const seen = Object.fromEntries(
      await Promise.all(everybody.map(async (persona) => [persona, await found(persona, type, at, names)])),
    ) as Record<PersonaName, Found>
    for (const persona of everybody) {
      const reaches = circles.some(([audience]) => isIn(persona, audience))
      expect({ persona, reaches: seen[persona] !== null }).toEqual({
        persona,
        reaches: reaches || isViewer(persona, name),
      })
    }
    for (const [audience, list] of circles) {
      for (const field of list.split(/\s+/)) {
        const has = everybody.filter((persona) => seen[persona]?.[field] != null)
        expect({ field, has: has.filter((persona) => !isIn(persona, audience)) }).toEqual({ field, has: [] })
        if (has.length > 0 || (circles.length > 1 && audience !== widest(circles))) {
          expect({ field, has }).toEqual({ field, has: everybody.filter((persona) => isIn(persona, audience)) })
        }
      }
    }
  })
})

/** Of those who are signed in everybody is a viewer, whatever they are besides. */
const isViewer = (persona: PersonaName, type: string) => type === 'Viewer' && isIn(persona, 'signedIn')
const widest = (circles: [Audience, string][]) =>
  circles.toSorted(([one], [other]) => audiences[other].length - audiences[one].length)[0]?.[0]

describe('each root field of Query answers whom the matrix says:', () => {
  it.each(Object.keys(queries))('%s', async (name) => {
    const { allowed, ask, otherwise } = queries[name] as (typeof queries)[string]
    for (const persona of everybody) {
      const { data, errors } = await world.ask(personas[persona], `{ ${ask(samples)} }`)
      const said = errors?.[0]?.extensions.code ?? (data?.[name] == null ? 'null' : 'answered')
      if (isIn(persona, allowed)) expect({ persona, said }).toEqual({ persona, said: 'answered' })
      else expect(otherwise ? [otherwise] : ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND']).toContain(said)
    }
  })
})

describe('each mutation is for whom the matrix says, and for everybody else nothing is written:', () => {
  it.each(Object.keys(mutations))('%s', async (name) => {
    const deed = mutations[name] as (typeof mutations)[string]
    const document = `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
      ${name}(input: $input) { userErrors { code field message } } }`
    const before = await digestOf(world.databaseUrl)
    const sayTo = async (persona: PersonaName) => {
      const { data, errors } = await world.ask(personas[persona], document, { input: deed.input(samples) })
      return errors?.[0]?.extensions.code ?? data[name].userErrors[0]?.code ?? 'DONE'
    }
    for (const persona of everybody.filter((one) => !isIn(one, deed.allowed))) {
      const code =
        persona === 'anonymous' ? 'UNAUTHENTICATED' : deed.blind?.includes(persona) ? 'NOT_FOUND' : 'FORBIDDEN'
      expect({ persona, code: await sayTo(persona) }).toEqual({ persona, code })
    }
    expect(await digestOf(world.databaseUrl)).toEqual(before)
    for (const persona of audiences[deed.allowed]) {
      expect(await sayTo(persona)).not.toMatch(/^(UNAUTHENTICATED|FORBIDDEN|NOT_FOUND|BAD_\w+|GRAPHQL_\w+|INTERNAL)$/)
    }
  })
})

describe('each subscription is heard by whom the matrix says:', () => {
  it.each(Object.keys(subscriptions))('%s', async (name) => {
    const { allowed, ask, plainly } = subscriptions[name] as (typeof subscriptions)[string]
    const refusal = (persona: PersonaName) => {
      if (!plainly) return 'NOT_FOUND'
      return persona === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN'
    }
    for (const persona of everybody) {
      const token = personas[persona] && (await world.tokenOf(personas[persona]))
      const client = createClient({
        url: `${world.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: token ? { authorization: `Bearer ${token}` } : {},
      })
      try {
        const first = client.iterate({ query: `subscription { ${ask(samples)} }` }).next()
        const refused = first.then(
          () => 'told',
          (errors: { extensions: { code: string } }[]) => errors[0]?.extensions.code,
        )
        // What was asked on this connection before is refused before this is answered.
        const asked = client.iterate({ query: '{ institution(slug: "the-open-university") { id } }' }).next()
        const said = isIn(persona, allowed) ? await asked.then(() => 'heard') : await refused
        expect({ persona, said }).toEqual({ persona, said: isIn(persona, allowed) ? 'heard' : refusal(persona) })
      } finally {
        await client.dispose()
      }
    }
  })
})
