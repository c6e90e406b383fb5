/** Exposes the schema as an Apollo Federation 2 subgraph, entities included. */
import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'
import type { Bound } from '../contract/at-most.ts'
import { badUserInput } from '../contract/errors.ts'
import { readGlobalId } from '../contract/global-id.ts'
import { type NodeLoaders, nodeById } from '../contract/node.ts'
import type { ServedExtensions } from '../execution/shown-schema.ts'

/** A thing as other subgraphs name it: its type and the fields of one of its keys. */
type Representation = Readonly<Record<string, unknown>> & { __typename: string }

/** A second way to name a thing, beside its id. */
export interface FurtherKey<Context> {
  /** As @key has them, e.g. `slug institution { slug }`. */
  fields: string
  /** The id of the thing that these values name; null when there is none, undefined when they are not all given. */
  idOf(context: Context, representation: Representation): Promise<string | null> | undefined
}

export interface SubgraphOptions<Context> {
  /** Every type that is opened by its id is an entity, opened by the same loaders. */
  nodes: NodeLoaders<Context>
  furtherKeys: Readonly<Record<string, FurtherKey<Context>>>
  /** Types that other subgraphs may define too. */
  shareable: readonly string[]
}

/** A router asks for all that a page of its own holds, and pages within it. */
const MOST_REPRESENTATIONS = 1000
/** Of each as JSON: a type, and two slugs at most. */
const LONGEST_REPRESENTATION_CHARACTERS = 1000
// What is used of federation is there since 2.0, so any router will do.
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])'

const representation = new GraphQLScalarType<Representation>({
  name: '_Any',
  description: 'A thing as another subgraph names it: `__typename`, and the fields of one of its keys.',
  specifiedByURL: 'https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec',
  parseValue(value) {
    const given = value as Representation | null
    const isNamed = typeof given === 'object' && typeof given?.__typename === 'string'
    if (isNamed && JSON.stringify(given).length <= LONGEST_REPRESENTATION_CHARACTERS) return given
    throw badUserInput('Expected an object with "__typename" and the fields of a key.')
  },
})

/** The schema as text, with the directives by which routers compose it. */
function printSubgraph<Context>(schema: GraphQLSchema, options: SubgraphOptions<Context>): string {
  const directivesOf = ({ name: { value: name } }: ObjectTypeDefinitionNode): string => {
    if (options.shareable.includes(name)) return '@shareable'
    const further = options.furtherKeys[name]
    const keys = Object.hasOwn(options.nodes, name) ? ['id', ...(further ? [further.fields] : [])] : []
    return keys.map((fields) => `@key(fields: "${fields}")`).join(' ')
  }
  const printed = visit(parse(printSchema(lexicographicSortSchema(schema))), {
    ObjectTypeDefinition(node) {
      const [carrier] = parse(`type Carrier ${directivesOf(node)}`).definitions as ObjectTypeDefinitionNode[]
      return { ...node, directives: carrier?.directives }
    },
  })
  return `${link}\n\n${print(printed)}\n`
}

/** The thing as the caller may see it; null as `node` has it. */
async function entityOf<Context>(options: SubgraphOptions<Context>, context: Context, given: Representation) {
  const { __typename: name, id } = given
  if (!Object.hasOwn(options.nodes, name)) throw badUserInput(`"${name}" is no entity.`, 'representations')
  const found = typeof id === 'string' ? id : options.furtherKeys[name]?.idOf(context, given)
  if (found === undefined) throw badUserInput(`A ${name} is named without a key.`, 'representations')
  const known = await found
  return known !== null && readGlobalId(known)?.typeName === name ? nodeById(options.nodes, context, known) : null
}

/** The same schema, and beside it `_service` and `_entities` for routers: in what is served, not in the clients' contract. */
export function asSubgraph<Context>(schema: GraphQLSchema, options: SubgraphOptions<Context>): GraphQLSchema {
  const { query, types, ...rest } = schema.toConfig()
  const sdl = printSubgraph(schema, options)
  const entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'Whatever can be named by a key.',
    types: types.filter(({ name }) => Object.hasOwn(options.nodes, name)) as GraphQLObjectType[],
    resolveType: ({ __typename }) => __typename,
  })
  const service = new GraphQLObjectType({
    name: '_Service',
    description: 'This schema for routers.',
    fields: { sdl: { type: new GraphQLNonNull(GraphQLString), description: 'With the directives of federation.' } },
  })
  const { fields, ...queryConfig } = (query as GraphQLObjectType).toConfig()
  const withRouters = new GraphQLObjectType<unknown, Context>({
    ...queryConfig,
    fields: {
      ...fields,
      _service: {
        type: new GraphQLNonNull(service),
        description: 'What routers compose.',
        resolve: () => ({ sdl }),
      },
      _entities: {
        type: new GraphQLNonNull(new GraphQLList(entity)),
        description: 'Things by their keys; unknown or invisible ones are null, in place.',
        args: {
          representations: {
            type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(representation))),
            description: `Each a type and the fields of one of its keys. At most ${MOST_REPRESENTATIONS} items.`,
            extensions: { bound: { items: MOST_REPRESENTATIONS } satisfies Bound },
          },
        },
        resolve(_root, { representations }: { representations: Representation[] }, context) {
          return Promise.all(representations.map((given) => entityOf(options, context, given)))
        },
      },
    },
  })
  const extensions: ServedExtensions = { contract: schema }
  return new GraphQLSchema({
    ...rest,
    query: withRouters,
    types: types.filter((type) => type !== query),
    extensions: Object.assign(extensions, rest.extensions),
  })
}
