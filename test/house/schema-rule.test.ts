/** Tests that the schema obeys the house's rules and violations are found. */
import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import { objections } from './schema-rule.ts'

it('the schema keeps to its rules', () => {
  expect(objections(buildSchema(readFileSync('schema.graphql', 'utf8')))).toEqual([])
})

/** A schema that is described, around what a rule is asked about. */
function described(rest: string, query = ''): string {
  return `"What can be read." type Query { "A thing." thing: Thing ${query} }
    "A thing." type Thing { "Its name." name: String! }
    "Where a page stands." type PageInfo { "More follow." hasNextPage: Boolean! }
    ${rest}`
}

it.each<[string, string, string, string?]>([
  ['a type without words', 'type Bare { "A name." name: String }', 'Bare has no description', '"One." bare: Bare'],
  ['a field without words', '', 'Query.bare has no description', 'bare: Int'],
  ['an argument without words', '', 'Query.one(of:) has no description', '"One." one(of: Int): Int'],
  [
    'a value without words',
    '"A colour." enum Colour { RED }',
    'Colour.RED has no description',
    '"One." colour: Colour',
  ],
  ['words that are no sentence', '', 'Query.one is not described in sentences', '"one of them" one: Int'],
  [
    'a deprecation that helps nobody',
    '',
    'Query.one does not say what to use instead',
    '"One." one: Int @deprecated(reason: "old")',
  ],
  ['a type in lower case', '"A." type low { "B." b: Int }', 'low is not named as a type is', '"One." low: low'],
  ['a field with a dash below', '', 'Query.the_one is not named as a field is', '"One." the_one: Int'],
  [
    'a value in lower case',
    '"A." enum Colour { "B." red }',
    'Colour.red is not named as a value is',
    '"One." colour: Colour',
  ],
  [
    'an input by another name',
    '"A." input Wish { "B." b: Int }',
    'Wish is an input and not named so',
    '"One." one("Which." of: Wish): Int',
  ],
  ['a type that nobody uses', '"A." type Lost { "B." b: Int }', 'Lost is used nowhere'],
  ['a list with nulls', '', 'Query.many is a list that may hold nulls', '"Many." many: [Int]!'],
  [
    'a page that is a list',
    '',
    'Query.many pages and is no connection',
    '"Many." many("How many." first: Int): [Int!]!',
  ],
  [
    'a connection without a page',
    `"A page." type ThingConnection { "Those." edges: [ThingEdge!]! "Those." nodes: [Thing!]! "Where." pageInfo: PageInfo! "How many." totalCount: Int! }
     "One." type ThingEdge { "It." node: Thing! }`,
    'Query.things pages by (), not by first, after, last, before',
    '"Things." things: ThingConnection!',
  ],
  [
    'a connection of another shape',
    '"A page." type ThingConnection { "Those." nodes: [Thing!] }',
    'ThingConnection.nodes is not [Thing!]!',
    '"Things." things("How many." first: Int, "From." after: String): ThingConnection!',
  ],
  [
    'a mutation without an input',
    '"Deeds." type Mutation { "Does it." doIt("Which." id: ID!): Thing }',
    'Mutation.doIt does not take (input: DoItInput!)',
  ],
  [
    'a mutation that says nothing of refusals',
    `"Deeds." type Mutation { "Does it." doIt("What." input: DoItInput!): DoItPayload }
     "A." input DoItInput { "B." id: ID! } "A." type DoItPayload { "B." thing: Thing }`,
    'DoItPayload has no userErrors: [UserError!]!',
  ],
])('finds %s', (...[, rest, objection, query]) => {
  expect(objections(buildSchema(described('')))).toEqual(['PageInfo is used nowhere'])
  expect(objections(buildSchema(described(rest, query)))).toContain(objection)
})
