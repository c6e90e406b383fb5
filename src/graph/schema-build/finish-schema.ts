/** Sets what types share on the built schema: global ids and connection fields. */
import { type GraphQLObjectType, GraphQLSchema, isAbstractType, isObjectType } from 'graphql'
import { publishBounds } from '../contract/at-most.ts'
import { globalId } from '../contract/global-id.ts'
import { type Page, PageInfo } from '../contract/page.ts'
import { publishRefusals } from '../contract/refuses.ts'
import { publishWeights, works } from '../limits/weights.ts'
import { restoreArgumentDirectives } from './argument-directives.ts'
import { callDirectly } from './call-directly.ts'
import { publishedDirectives } from './published-directives.ts'
import { publishRefusalCodes } from './refusal-codes.ts'

function finishNode(type: GraphQLObjectType): void {
  type.getFields().id!.resolve = Object.assign(({ id }: { id: string }) => globalId(type.name, id), {
    quickText: ({ id }: { id: string }) => `"${globalId(type.name, id)}"`,
  })
}

function finishConnection(type: GraphQLObjectType): void {
  const fields = type.getFields()
  fields.nodes!.resolve = (page: Page) => page.rows
  fields.edges!.resolve = (page: Page) => page.rows.map((node) => ({ node, cursor: page.cursorOf(node), page }))
  fields.totalCount!.resolve = (page: Page) => page.totalCount()
  fields.pageInfo!.resolve = (page: Page) => page
}

function finishPageInfo(type: GraphQLObjectType): void {
  const fields = type.getFields()
  fields.hasNextPage!.resolve = (page: Page) => page.hasNextPage()
  fields.hasPreviousPage!.resolve = (page: Page) => page.hasPreviousPage()
  fields.startCursor!.resolve = ({ rows, cursorOf }: Page) => (rows.length ? cursorOf(rows[0]) : null)
  fields.endCursor!.resolve = ({ rows, cursorOf }: Page) => (rows.length ? cursorOf(rows.at(-1)) : null)
}

/** What may be done at each root. */
function describeRoots(schema: GraphQLSchema): void {
  const describe = (type: GraphQLObjectType | null | undefined, description: string) => {
    if (type) type.description = description
  }
  describe(schema.getQueryType(), 'What can be read.')
  describe(schema.getMutationType(), 'What can be done; expected refusals are returned as userErrors.')
  describe(schema.getSubscriptionType(), 'What can be listened to: each change as it happens.')
}

/** Sets those resolvers on the schema and returns it. */
export function finishSchema(schema: GraphQLSchema): GraphQLSchema {
  describeRoots(schema)
  restoreArgumentDirectives(schema)
  publishBounds(schema)
  callDirectly(schema)
  publishWeights(schema, works)
  publishRefusals(schema)
  publishRefusalCodes(schema)
  for (const type of Object.values(schema.getTypeMap())) {
    // Said by the value itself and at once: type-graphql answers with a promise, which compiled queries do not wait for.
    if (isAbstractType(type)) type.resolveType = (value: { __typename: string }) => value.__typename
    if (!isObjectType(type)) continue
    if (type.getInterfaces().some((one) => one.name === 'Node')) finishNode(type)
    if (type.name.endsWith('Connection')) finishConnection(type)
    if (type.name === PageInfo.name) finishPageInfo(type)
  }
  // Made anew, so that it knows the types that were set on it.
  const { directives, ...config } = schema.toConfig()
  return new GraphQLSchema({ ...config, directives: [...directives, ...publishedDirectives] })
}
