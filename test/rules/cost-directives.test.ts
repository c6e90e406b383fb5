/** Tests that schema.graphql says what the gateway takes for an operation. */
import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { buildSchema, isObjectType, type OperationDefinitionNode, parse, validate } from 'graphql'
import { costPlan } from '../../src/graph/limits/cost.ts'
import { works } from '../../src/graph/limits/weights.ts'
import { buildGraph } from '../../src/schema.ts'
import { costByText } from '../support/world/cost-by-text.ts'

const graph = buildGraph()
const published = buildSchema(readFileSync('schema.graphql', 'utf8'))

const claims = '{ qualificationId: "q", creditRecordIds: ["a", "b"], courseIds: ["c"], externalCredits: [] }'

describe('what the text of the schema says is what is taken:', () => {
  it.each<[string, string, number]>([
    [
      'pages in pages',
      '{ courses(first: 5) { nodes { id runs(last: 3) { edges { node { id } } } } } }',
      60 + 1 + 5 * (1 + 1 + 3 * 2),
    ],
    ['a page that does not say its size', '{ courses { nodes { id } edges { cursor } } }', 60 + 1 + 20 + 20],
    [
      'arguments that make work',
      '{ courses(search: "word", filter: { cmf: MET }) { totalCount } }',
      60 + 204 + 300 + 1 + 300,
    ],
    ['facets', '{ courses(first: 1) { facets { levels { value } } } }', 60 + 1 + 1000 + 1 + 10],
    ['live fields', '{ courses(first: 2) { nodes { nextRun { placesRemaining } } } }', 60 + 1 + 2 * (1 + 1 + 40)],
    [
      'as many things as ids',
      '{ nodes(ids: ["a", "b", "c"]) { id ... on Course { countsTowards { nodes { id } } } } }',
      20 + 3 * (1 + 5 + 1 + 20),
    ],
    [
      'lists without pages',
      '{ viewer { learner { enrolments { nodes { payments { refunds { id } } history { at } } } } } }',
      20 + 3 + 20 * (1 + 10 * (1 + 10) + 10),
    ],
    [
      'a question and its claims',
      `{ transferEligibility(input: ${claims}) { outcome statement } }`,
      20 + 5 + 3 * 2 + 1 + 30,
    ],
    [
      'many questions',
      `{ transferEligibilityBatch(inputs: [${claims}, ${claims}]) { ... on TransferEligibility { claims { status } } } }`,
      20 + 2 * (5 + 6) + 2 * (1 + 10),
    ],
    [
      'a mutation',
      'mutation { revokeCreditShare(input: { creditShareId: "x" }) { creditShare { id } userErrors { code } } }',
      300 + 10 + 1 + 10,
    ],
  ])('%s', (_what, text, points) => {
    const document = parse(text)
    expect(validate(published, document)).toEqual([])
    const operation = document.definitions[0] as OperationDefinitionNode
    const plan = costPlan(graph, document, operation)
    expect(costByText(published, operation)).toBe(points)
    expect(plan.requested({}) - plan.given({})).toBe(points)
  })
})

describe('every weight', () => {
  const weights = new Map(
    Object.values(published.getTypeMap()).flatMap((type) =>
      (isObjectType(type) ? Object.values(type.getFields()) : []).flatMap((field): [string, string][] => {
        const texts = [field, ...field.args].map(
          ({ astNode }) => astNode?.directives?.find(({ name }) => name.value === 'cost')?.arguments?.[0]?.value,
        )
        const said = texts.flatMap((value) => (value?.kind === 'StringValue' ? [value.value] : []))
        return said.length > 0 ? [[`${type.name}.${field.name}`, said[0] as string]] : []
      }),
    ),
  )

  it.each(Object.keys(works))('of %s is said', (coordinate) => {
    const work = works[coordinate]
    expect(weights.get(coordinate)).toEqual(typeof work === 'number' ? `${work}` : expect.stringMatching(/^\d+$/))
  })

  it('that is said is one of the code', () => {
    expect([...weights.keys()].sort()).toEqual(Object.keys(works).sort())
  })
})
