/** Tests that hostile argument values cause no fault of ours and are never echoed. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isLeafType,
  parse,
  validate,
} from 'graphql'
import { type Audience, audiences, personas } from '../support/permissions/audiences.ts'
import { mutations, type Samples } from '../support/permissions/permission-deeds.ts'
import { readable } from '../support/permissions/permission-matrix.ts'
import { documentAt, makeSamples } from '../support/permissions/permission-samples.ts'
import { canary, spoilt } from '../support/world/hostile-values.ts'
import { startWorld, type World } from '../support/world/world.ts'

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'))
const typeOf = (name: string) => schema.getType(name) as GraphQLObjectType
const personaOf = (audience: Audience) => {
  const [first] = audiences[audience] as readonly (keyof typeof personas)[]
  return first ? personas[first] : null
}

let world: World
let samples: Samples
beforeAll(async () => {
  world = await startWorld()
  samples = await makeSamples(world)
}, 90_000)
afterAll(() => world?.close())

/** SQL, stacks, files, constraints, tokens of the code. */
const inside =
  /\b(select|insert into|update) .*\b(from|values|set)\b|node_modules|\.[tj]s:\d|\bat \w+ \(|postgres|relation "|violates|constraint|syntax for type|undefined|\[object|TypeError|RangeError/i
const REQUESTS_AT_ONCE = 20

/** Asks once with each value; answers what must not have been said. */
async function leaks(
  persona: string | null,
  document: string,
  values: Iterable<unknown>,
  others: object = {},
): Promise<object[]> {
  // Else each value would be refused before anybody looked at it.
  expect(validate(schema, parse(document))).toEqual([])
  const found: object[] = []
  const waiting = [...values]
  expect(waiting.length).toBeGreaterThan(0)
  expect(waiting).not.toContain(undefined)
  const ask = async () => {
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      const answer = await world.ask(persona, document, { ...others, value })
      const text = JSON.stringify(answer)
      const internal = answer.errors?.some(({ extensions }) => extensions.code === 'INTERNAL')
      if (internal || text.includes(canary) || inside.test(text))
        found.push({ value: JSON.stringify(value)?.slice(0, 300), text: text.slice(0, 500) })
    }
  }
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, ask))
  return found
}

const userErrors = 'userErrors { code message field }'

describe('no input of a mutation', () => {
  it.each(Object.keys(mutations))('%s makes a fault or is echoed', async (name) => {
    const deed = mutations[name]!
    const { type } = schema.getMutationType()!.getFields()[name]!.args[0]!
    const document = `mutation ($value: ${type}) { ${name}(input: $value) { ${userErrors} } }`
    const values = spoilt(type, deed.input(samples))
    expect(await leaks(personaOf(deed.allowed), document, values)).toEqual([])
  })
})

const isInput = ({ type }: GraphQLArgument) => isInputObjectType(getNamedType(type))

/** What fits an argument that is the input of a mutation. */
function goodInput({ type }: GraphQLArgument): object {
  const [first = '', ...rest] = getNamedType(type).name.replace(/Input$/, '')
  return mutations[first.toLowerCase() + rest.join('')]!.input(samples)
}

/** All arguments of all fields that can be read, root fields among them. */
const places = Object.entries(schema.getQueryType()!.getFields())
  .map(([name, field]) => ({ type: 'Query', name, field, at: '', audience: 'institutions' as Audience }))
  .concat(
    Object.entries(readable).flatMap(([type, { at, fields }]) =>
      (Object.entries(fields) as [Audience, string][]).flatMap(([audience, names]) =>
        names.split(/\s+/).map((name) => ({ type, name, field: typeOf(type).getFields()[name]!, at, audience })),
      ),
    ),
  )
  .flatMap((place) => place.field.args.map((argument) => ({ ...place, argument })))

describe('no argument', () => {
  it.each(places.map((place) => [`${place.type}.${place.name}(${place.argument.name}:)`, place] as const))(
    '%s makes a fault or is echoed',
    async (_coordinate, { name, field, at, audience, argument }) => {
      const others = field.args.filter((one) => one !== argument && one.type.toString().endsWith('!'))
      const rest = others.map((one) => (isInput(one) ? `${one.name}: $${one.name}` : `${one.name}: "x"`))
      const inputs = others.filter(isInput)
      const declared = [`$value: ${argument.type}`, ...inputs.map((one) => `$${one.name}: ${one.type}`)]
      const given = Object.fromEntries(inputs.map((one) => [one.name, goodInput(one)]))
      const inner = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'
      const selection = `${name}(${[`${argument.name}: $value`, ...rest].join(', ')})${inner}`
      const body = at === '' ? `{ ${selection} }` : documentAt({ ...samples, value: '$value' }, at, selection)
      const document = `query (${declared.join(', ')}) ${body}`
      expect(await leaks(personaOf(audience), document, spoilt(argument.type), given)).toEqual([])
    },
  )
})

it.each([
  ['{ courses(first: "hunter2canary") { totalCount } }', /type Int/, 'first'],
  ['{ courses(orderBy: HUNTER2CANARY) { totalCount } }', /values of CourseOrder/, 'orderBy'],
  ['{ courses(orderBy: "hunter2canary") { totalCount } }', /values of CourseOrder/, 'orderBy'],
  ['{ courses(filter: "hunter2canary") { totalCount } }', /type "CourseFilter"/, 'filter'],
  ['{ courses(filter: { startsAfter: "hunter2canary" }) { totalCount } }', /calendar date/, 'filter.startsAfter'],
  ['{ course(slug: { password: "hunter2canary" }) { id } }', /type String/, 'slug'],
  ['{ course(slug: null) { id } }', /type "String!"/, 'slug'],
  ['{ courses(filter: { nothing: "hunter2canary" }) { totalCount } }', /"nothing" is not/, 'filter.nothing'],
  ['{ a: courses(first: 1) { totalCount } b: courses(slugs: ["a", 7]) { totalCount } }', /type String/, 'slugs.1'],
  ['query ($n: Int = "hunter2canary") { courses(first: $n) { totalCount } }', /type Int/, 'n'],
  ['{ course(slug: "x") { id @include(if: "hunter2canary") } }', /type Boolean/, 'if'],
  ['mutation { cancelEnrolment(input: {}) { enrolment { id } } }', /required type "ID!"/, 'input.enrolmentId'],
  [
    'mutation { cancelEnrolment(input: { enrolmentId: ["hunter2canary"] }) { enrolment { id } } }',
    /type ID/,
    'input.enrolmentId',
  ],
])('a literal that does not fit is named and not echoed: %s', async (document, says, field) => {
  const { errors } = await world.ask(null, document)
  const extensions = { code: 'BAD_USER_INPUT', field: field.split('.') }
  expect(errors).toMatchObject([{ message: expect.stringMatching(says), extensions }])
  expect(JSON.stringify(errors).toLowerCase()).not.toContain(canary)
})
