/** Tests that lists read only requested columns and still answer in full. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'
import { buildGraph } from '../../src/schema.ts'
import { linked, newRun, paid, requestRefund } from '../support/world/study.ts'
import { type Answer, startWorld, type World } from '../support/world/world.ts'

const schema = buildGraph()
const typeOf = (name: string) => schema.getType(name) as GraphQLObjectType

/** Signed at the moment of asking. */
const changing = new Set(['credential'])

/** A field with its leaves, and below it once more; null for one that needs arguments or has no leaves. */
function asked(field: GraphQLField<unknown, unknown>, depth = 2): string | null {
  if (changing.has(field.name) || field.args.some(isRequiredArgument)) return null
  const type = getNamedType(field.type)
  if (isLeafType(type)) return field.name
  if (!isObjectType(type) || depth === 0) return null
  const inner = Object.values(type.getFields()).flatMap((one) => asked(one, depth - 1) ?? [])
  return inner.length > 0 ? `${field.name} { ${inner.join(' ')} }` : null
}

const fieldsOf = (name: string): string[] =>
  Object.values(typeOf(name).getFields()).flatMap((field) => asked(field) ?? [])

/** Where a list meets the type, written around its fields. */
const places = {
  Course: (fields: string) => `courses(first: 3) { nodes { ${fields} } }`,
  CourseRun: (fields: string) => `courses(first: 3) { nodes { nextRun { ${fields} } } }`,
  Enrolment: (fields: string) => learning(fields),
  'CourseRun of an enrolment': (fields: string) => learning(`run { ${fields} }`),
  'Course of an enrolment': (fields: string) => learning(`run { course { ${fields} } }`),
  Payment: (fields: string) => learning(`payment { ${fields} }`),
  Refund: (fields: string) => learning(`payment { refunds { ${fields} } }`),
  CreditRecord: (fields: string) => learning(`creditRecord { ${fields} }`),
}
const learning = (fields: string) => `viewer { learner { enrolments(first: 5) { nodes { ${fields} } } } }`
type Place = keyof typeof places

let world: World
beforeAll(async () => {
  world = await startWorld()
  const { id } = await newRun(world)
  await linked(world, 'ahead')
  const { enrolmentId } = await paid(world, 'learner:ahead', id)
  await world.settle()
  await requestRefund(world, 'learner:ahead', enrolmentId)
  await world.settle()
  // Links to documents say until when they hold.
  world.stopAt(world.now().toISOString())
}, 60_000)
afterAll(() => world?.close())

type Thing = { id: string }

/** Everything with an id in an answer that is of the wanted place, outermost lists flattened. */
function thingsIn(value: unknown, path: string[]): Thing[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((one) => thingsIn(one, path))
  const [name, ...rest] = path
  return name === undefined ? [value as Thing] : thingsIn((value as Record<string, unknown>)[name], rest)
}

const pathOf = (place: Place) => (places[place]('id').match(/\w+(?=(\([^)]*\))? \{)/g) ?? []) as string[]

/** Asks again where the partner was missed, on a machine that is busy: what came late is then there. */
async function askWhole(persona: string, document: string, variables: object = {}): Promise<Answer> {
  const answer = await world.ask(persona, document, variables)
  const missed = /"UPSTREAM_UNAVAILABLE"|"stale":true/.test(JSON.stringify(answer))
  return missed ? askWhole(persona, document, variables) : answer
}

async function compare(persona: string, place: Place, fields: readonly string[]): Promise<void> {
  const selection = ['id', ...fields].join(' ')
  const document = `{ ${places[place](selection)} }`
  const listed = await askWhole(persona, document)
  expect(listed.errors).toBeUndefined()
  // Compiled at its third use, and no different then.
  for (let use = 2; use <= 3; use++) expect((await askWhole(persona, document)).data).toEqual(listed.data)
  const things = thingsIn(listed.data, pathOf(place))
  expect(things.length).toBeGreaterThan(0)
  const type = place.split(' ')[0] as string
  const alone = await askWhole(
    persona,
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} { ${selection} } } }`,
    {
      ids: things.map(({ id }) => id),
    },
  )
  expect(alone.errors).toBeUndefined()
  expect(things).toEqual(alone.data.nodes)
}

describe.each(Object.keys(places) as Place[])('%s in a list', (place) => {
  const persona = place === 'CreditRecord' ? 'ada' : 'learner:ahead'
  const fields = fieldsOf(place.split(' ')[0] as string)

  it.each(fields.map((field) => [field.split(' ')[0], field] as const))('answers %s alone', async (_name, field) => {
    await compare(persona, place, [field])
  })

  it('answers any of them together', async () => {
    const some = fc.subarray(fields, { minLength: 2 })
    await fc.assert(
      fc.asyncProperty(some, async (chosen) => {
        await compare(persona, place, chosen)
      }),
      { numRuns: 8 },
    )
  })
})
