/** Tests that a root field which refuses its argument leaves its neighbours whole. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildSchema, isNonNullType } from 'graphql'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.close())

const fields = Object.values(buildSchema(readFileSync('schema.graphql', 'utf8')).getQueryType()!.getFields())
const withArguments = fields.filter(({ args }) => args.length > 0)
const neighbour = 'course(slug: "evidence-based-coaching") { title nextRun { price { formatted } } }'

/**
 * Documents in which the field alone refuses what it is given: a page of none, a cursor that is none, and null for what has
 * to be there, which only the field itself can see.
 */
function refused({ name, args }: (typeof fields)[number]): string[] {
  const one = (declared: string, given: string) =>
    `${declared} { ${name}(${given}) { __typename } beside: ${neighbour} }`
  const needed = args.filter(({ type: wanted }) => isNonNullType(wanted))
  if (needed.length > 0) {
    const kinds = needed.map(
      (argument) => `$${argument.name}: ${argument.type.toString().slice(0, -1)} = ${sample(argument.type.toString())}`,
    )
    return [
      one(`query (${kinds.join(', ')})`, needed.map((argument) => `${argument.name}: $${argument.name}`).join(', ')),
    ]
  }
  return ['first: 0', 'after: "nonsense"', 'first: 1, last: 1'].map((given) => one('', given))
}

const samples: Record<string, string> = {
  'TransferEligibilityInput!': '{ qualificationId: "x" }',
  '[TransferEligibilityInput!]!': '[]',
  'PublishTransferPolicyInput!':
    '{ qualificationId: "x", effectiveFrom: "2040-01-01", agreement: AUTOMATIC, acceptedLevels: [], maxCredit: "1" }',
  'JWT!': '"a.b.c"',
  '[ID!]!': '[]',
}
const sample = (type: string) => samples[type] ?? '"x"'

it('knows every root field that takes anything', () => {
  const rest = fields.filter((field) => !withArguments.includes(field)).map(({ name }) => name)
  expect(rest).toEqual(['terms', 'viewer'])
})

it.each(withArguments.map((field) => [field.name, field] as const))(
  '%s is null itself, and says so at its own path',
  async (name, field) => {
    const nulls = Object.fromEntries(field.args.map((argument) => [argument.name, null]))
    for (const document of refused(field)) {
      // Interpreted at first, compiled from the third time on.
      for (let time = 0; time < 4; time += 1) {
        const { data, errors } = await world.ask('registrar', document, document.startsWith('query') ? nulls : {})
        expect({ document, data }).toEqual({
          document,
          data: {
            [name]: null,
            beside: { title: 'Evidence-Based Coaching at Work', nextRun: { price: { formatted: expect.any(String) } } },
          },
        })
        expect(errors).toMatchObject([{ path: [name], extensions: { code: 'BAD_USER_INPUT' } }])
      }
    }
  },
)

it('a display argument that is none empties nothing', async () => {
  const document = `query ($locale: String, $zone: TimeZone) { courses(first: 5) { nodes { title
    nextRun { price { formatted(locale: $locale) } liveEvents { startsAt(timeZone: $zone) } } } } }`
  for (let time = 0; time < 4; time += 1) {
    const { data, errors } = await world.ask(null, document, { locale: 'no such language', zone: 'Mars/Phobos' })
    expect(errors).toBeUndefined()
    expect(data.courses.nodes).toHaveLength(5)
  }
})
