/** Tests how graphql-js collects fields, on which compiled queries rely. */
import { describe, expect, it } from '@jest/globals'
import { buildSchema, type FieldNode, type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { getFieldDef } from 'graphql/execution/execute.js'

const schema = buildSchema(`
  type Query { thing(id: ID): Thing }
  type Thing { id: ID name: String inner: Thing }
`)
const query = schema.getQueryType()!
const thing = query.getFields().thing!
const document = parse(`
  query ($with: Boolean!) {
    thing(id: 1) { id ...Named inner { id } }
    again: thing @skip(if: true) { id }
    thing(id: 1) { inner { name } }
  }
  fragment Named on Thing { title: name @include(if: $with) }
`)
const [operation] = document.definitions
if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation')
const fragments: Record<string, FragmentDefinitionNode> = {}
for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments[one.name.value] = one

const fieldsWith = (variables: Record<string, unknown>) =>
  collectFields(schema, fragments, variables, query, operation.selectionSet)
const shown = (fields: Map<string, readonly FieldNode[]>) =>
  [...fields].map(([key, nodes]) => [key, nodes.map(({ name }) => name.value)])

describe('graphql/execution', () => {
  it('collectFields gives all nodes of each key in order, without what is skipped', () => {
    expect(shown(fieldsWith({ with: true }))).toEqual([['thing', ['thing', 'thing']]])
  })

  it.each([
    [
      true,
      [
        ['id', ['id']],
        ['title', ['name']],
        ['inner', ['inner', 'inner']],
      ],
    ],
    [
      false,
      [
        ['id', ['id']],
        ['inner', ['inner', 'inner']],
      ],
    ],
  ])('collectSubfields joins what is asked below all nodes of a key, the variable being %s', (value, expected) => {
    const variables = { with: value }
    const nodes = fieldsWith(variables).get('thing')!
    const type = schema.getType('Thing') as typeof query
    expect(shown(collectSubfields(schema, fragments, variables, type, nodes))).toEqual(expected)
  })

  it('getFieldDef finds fields and meta fields, and nothing else', () => {
    const field = (text: string) => {
      const [found] = (parse(`{ ${text} }`).definitions[0] as typeof operation).selectionSet.selections
      return getFieldDef(schema, query, found as FieldNode)
    }
    expect(field('thing')).toBe(thing)
    expect(field('__typename')?.name).toBe('__typename')
    expect(field('__schema')?.name).toBe('__schema')
    expect(field('nothing')).toBeUndefined()
  })
})
