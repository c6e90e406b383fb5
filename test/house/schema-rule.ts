/** Checks the schema's descriptions, names, unused types and lists. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'

type Field = GraphQLField<unknown, unknown>
type Described = { name: string; description?: string | null; deprecationReason?: string | null }

/** Everything that has a name, by its coordinate. */
interface Coordinate {
  at: string
  what: Described
  kind: 'type' | 'field' | 'argument' | 'value'
}

const ownTypes = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))

const fieldsOf = (type: GraphQLNamedType): (Field | GraphQLInputField)[] =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : []

const argumentsOf = (field: Field | GraphQLInputField): readonly GraphQLArgument[] =>
  'args' in field ? field.args : []

function coordinates(schema: GraphQLSchema): Coordinate[] {
  return ownTypes(schema).flatMap((type) => [
    { at: type.name, what: type, kind: 'type' as const },
    ...(isEnumType(type) ? type.getValues() : []).map((what) => ({
      at: `${type.name}.${what.name}`,
      what,
      kind: 'value' as const,
    })),
    ...fieldsOf(type).flatMap((field) => [
      { at: `${type.name}.${field.name}`, what: field, kind: 'field' as const },
      ...argumentsOf(field).map((what) => ({
        at: `${type.name}.${field.name}(${what.name}:)`,
        what,
        kind: 'argument' as const,
      })),
    ]),
  ])
}

const patterns: Record<Coordinate['kind'], RegExp> = {
  type: /^[A-Z][A-Za-z0-9]*$/,
  field: /^[a-z][A-Za-z0-9]*$/,
  argument: /^[a-z][A-Za-z0-9]*$/,
  value: /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
}

function words({ at, what }: Coordinate): string[] {
  const { description, deprecationReason } = what
  const sentence = /^[A-Z0-9`][\s\S]*[.?!]$/
  return [
    ...(description?.trim() ? [] : [`${at} has no description`]),
    ...(description?.trim() && !sentence.test(description.trim()) ? [`${at} is not described in sentences`] : []),
    ...(deprecationReason != null && !sentence.test(deprecationReason)
      ? [`${at} does not say what to use instead`]
      : []),
  ]
}

/** Every type that can be met on the way from the roots, implementations of what is met among them. */
function reachable(schema: GraphQLSchema): Set<GraphQLNamedType> {
  const met = new Set<GraphQLNamedType>()
  const meet = (type: GraphQLNamedType | null | undefined): void => {
    if (!type || met.has(type)) return
    met.add(type)
    for (const field of fieldsOf(type)) {
      meet(getNamedType(field.type))
      for (const argument of argumentsOf(field)) meet(getNamedType(argument.type))
    }
    if (isObjectType(type) || isInterfaceType(type)) type.getInterfaces().forEach(meet)
    if (isInterfaceType(type) || isUnionType(type)) schema.getPossibleTypes(type).forEach(meet)
  }
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) meet(root)
  return met
}

/** Lists hold no nulls, but for those that answer entry by entry. */
function lists(type: GraphQLNamedType, field: Field | GraphQLInputField): string[] {
  const list = getNullableType(field.type)
  const byEntry = argumentsOf(field).some(({ type: given }) => isListType(getNullableType(given)))
  if (!isListType(list) || isNonNullType(list.ofType) || byEntry) return []
  return [`${type.name}.${field.name} is a list that may hold nulls`]
}

const pageArguments = [
  ['after', 'first'],
  ['after', 'before', 'first', 'last'],
]

function pages(type: GraphQLNamedType, field: Field): string[] {
  const at = `${type.name}.${field.name}`
  const page = field.args
    .map(({ name }) => name)
    .filter((name) => pageArguments[1]?.includes(name))
    .sort()
  const answer = getNamedType(field.type)
  const isPage = answer.name.endsWith('Connection')
  // A page can be part of the answer, beside what is said of all of it.
  const holdsPage = fieldsOf(answer).some((inner) => getNamedType(inner.type).name.endsWith('Connection'))
  const pagedAbove = isObjectType(type) && type.name.endsWith('DryRun')
  const known = pageArguments.some((names) => names.join() === page.join())
  return [
    ...(isPage && !pagedAbove && !known
      ? [`${at} pages by (${page.join(', ')}), not by first, after, last, before`]
      : []),
    ...(!isPage && page.length > 0 && !holdsPage ? [`${at} pages and is no connection`] : []),
  ]
}

function connection(type: GraphQLObjectType): string[] {
  const node = type.name.replace(/Connection$/, '')
  const expected: Record<string, string> = {
    edges: `[${node}Edge!]!`,
    nodes: `[${node}!]!`,
    pageInfo: 'PageInfo!',
    totalCount: 'Int!',
  }
  return Object.entries(expected)
    .filter(([name, shape]) => String(type.getFields()[name]?.type) !== shape)
    .map(([name, shape]) => `${type.name}.${name} is not ${shape}`)
}

/** One input named after it, and a payload that can be null and says why not. */
function mutation({ name, args, type }: Field): string[] {
  const stem = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const payload = getNamedType(type)
  const userErrors = isObjectType(payload) ? String(payload.getFields().userErrors?.type) : ''
  return [
    ...(args.map((arg) => `${arg.name}: ${arg.type}`).join() === `input: ${stem}Input!`
      ? []
      : [`Mutation.${name} does not take (input: ${stem}Input!)`]),
    ...(String(type) === `${stem}Payload` ? [] : [`Mutation.${name} does not answer ${stem}Payload`]),
    ...(userErrors === '[UserError!]!' ? [] : [`${payload.name} has no userErrors: [UserError!]!`]),
  ]
}

/** Whatever the schema does against the house's rules, in sentences that begin with where. */
export function objections(schema: GraphQLSchema): string[] {
  const types = ownTypes(schema)
  const objects = types.filter((type) => isObjectType(type))
  const used = reachable(schema)
  return [
    ...coordinates(schema).flatMap(words),
    ...coordinates(schema)
      .filter(({ kind, what }) => !patterns[kind].test(what.name))
      .map(({ at, kind }) => `${at} is not named as a ${kind} is`),
    ...types
      .filter((type) => isInputObjectType(type) && !/(Input|Filter)$|^Expected/.test(type.name))
      .map(({ name }) => `${name} is an input and not named so`),
    ...types.filter((type) => !used.has(type)).map(({ name }) => `${name} is used nowhere`),
    ...types.flatMap((type) => fieldsOf(type).flatMap((field) => lists(type, field))),
    ...objects.flatMap((type) => Object.values(type.getFields()).flatMap((field) => pages(type, field))),
    ...objects.filter(({ name }) => name.endsWith('Connection')).flatMap(connection),
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(mutation),
  ]
}
