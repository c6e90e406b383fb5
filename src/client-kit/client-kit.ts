/** Writes what the caches and screens of front ends need to know of the schema. */
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isNonNullType,
  isObjectType,
  parse,
  print,
  validate,
  valueFromASTUntyped,
} from 'graphql'

const pagingArguments = new Set(['first', 'last', 'after', 'before'])

/** Text of each file of the kit by its name. `pages` are README files whose examples become documents. */
export function clientKit(schema: GraphQLSchema, pages: readonly string[]): ReadonlyMap<string, string> {
  return new Map([
    ['possible-types.ts', possibleTypes(schema)],
    ['apollo.ts', apollo(schema)],
    ['graphcache.ts', graphcache(schema)],
    ['refusals.ts', refusals(schema)],
    ...documentsOf(schema, pages),
  ])
}

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !roots.includes(type) && !type.name.startsWith('_'))
}

/** Whether a cache can find it again by `id`. */
const hasId = (type: GraphQLObjectType) => isNonNullType(type.getFields().id?.type)

const isConnection = (type: GraphQLObjectType) =>
  type.name.endsWith('Connection') && 'pageInfo' in type.getFields() && 'edges' in type.getFields()

/** Types without an identity of their own: what is asked of them at one place belongs together. */
const valueTypes = (schema: GraphQLSchema) => objectTypes(schema).filter((type) => !hasId(type) && !isConnection(type))

/** Fields that are lists in pages, by the type that has them. */
function connectionFields(schema: GraphQLSchema): Map<string, GraphQLField<unknown, unknown>[]> {
  const query = schema.getQueryType()
  const found = new Map<string, GraphQLField<unknown, unknown>[]>()
  for (const type of [...(query ? [query] : []), ...objectTypes(schema)]) {
    const fields = Object.values(type.getFields()).filter(({ type: of }) => {
      const named = getNamedType(of)
      return isObjectType(named) && isConnection(named)
    })
    if (fields.length > 0) found.set(type.name, fields)
  }
  return found
}

const json = (value: unknown) => JSON.stringify(value, null, 2)

function possibleTypes(schema: GraphQLSchema): string {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType)
  const possible = Object.fromEntries(
    abstract
      .filter(({ name }) => !name.startsWith('_'))
      .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  )
  return `/** Which types each interface and union can be: \`possibleTypes\` of Apollo Client's InMemoryCache. */
export const possibleTypes: Record<string, string[]> = ${json(possible)}
`
}

function apollo(schema: GraphQLSchema): string {
  const paged = connectionFields(schema)
  const names = [...new Set([...paged.keys(), ...valueTypes(schema).map(({ name }) => name)])].sort()
  const values = new Set(valueTypes(schema).map(({ name }) => name))
  const entries = names.map((name) => {
    const merge = values.has(name) ? ['merge: true'] : []
    const fields = (paged.get(name) ?? []).map((field) => {
      const keyArgs = field.args.map((argument) => argument.name).filter((argument) => !pagingArguments.has(argument))
      return `      ${field.name}: connectionPolicy(${JSON.stringify(keyArgs)}),\n`
    })
    const policies = [...merge, ...(fields.length ? [`fields: {\n${fields.join('')}    }`] : [])]
    return policies.length === 1 && merge.length === 1
      ? `  ${name}: { merge: true },\n`
      : `  ${name}: {\n${policies.map((policy) => `    ${policy},\n`).join('')}  },\n`
  })
  return `/** \`typePolicies\` of Apollo Client's InMemoryCache: pages of a list joined, values without an id merged in place. */
import { connectionPolicy } from './connection-policy.ts'

export const typePolicies = {
${entries.join('')}}
`
}

function graphcache(schema: GraphQLSchema): string {
  const connections = objectTypes(schema).filter(isConnection)
  const without = [...valueTypes(schema), ...connections].map(({ name }) => name).sort()
  const paged = Object.fromEntries(
    [...connectionFields(schema)].map(([type, fields]) => [type, fields.map(({ name }) => name)]),
  )
  return `/** What urql's graphcache needs: which types have no key, and which fields are lists in pages. */

/** Their data stays at the place where it was asked. */
export const keys: Record<string, () => null> = Object.fromEntries(
  ${json(without).replaceAll('\n', '\n  ')}.map((type) => [type, () => null]),
)

/** Fields that are lists in pages, by type. */
export const pagedFields: Record<string, string[]> = ${json(paged)}

/** A resolver for each of them: \`resolvers: pagedBy(relayPagination())\`. */
export function pagedBy<Resolver>(resolver: Resolver): Record<string, Record<string, Resolver>> {
  return Object.fromEntries(
    Object.entries(pagedFields).map(([type, fields]) => [type, Object.fromEntries(fields.map((field) => [field, resolver]))]),
  )
}
`
}

function refusals(schema: GraphQLSchema): string {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
  const byMutation = Object.fromEntries(mutations.map((field) => [field.name, refusedWith(field)]))
  return `/** With which refusals each mutation can answer, by the names of their types. */
export const refusals = ${json(byMutation)} as const

export type Mutation = keyof typeof refusals
/** \`__typename\` of the userErrors of a mutation: a switch over it can be complete. */
export type RefusalOf<Name extends Mutation> = (typeof refusals)[Name][number]
`
}

/** As the schema's own directive says. */
function refusedWith(field: GraphQLField<unknown, unknown>): string[] {
  const directive = field.astNode?.directives?.find(({ name }) => name.value === 'refusals')
  const types = directive?.arguments?.[0]
  if (!types) throw new Error(`The schema does not say with what ${field.name} refuses.`)
  return valueFromASTUntyped(types.value) as string[]
}

/** The examples of the README files that hold by this schema, each by its first field. */
function documentsOf(schema: GraphQLSchema, pages: readonly string[]): [string, string][] {
  const named = new Map<string, string>()
  for (const page of pages) {
    for (const [, text] of page.matchAll(/"query":("(?:[^"\\]|\\.)*")/g)) {
      const document = parse(JSON.parse(text as string))
      if (validate(schema, document).length > 0) continue
      const [operation] = document.definitions
      if (operation?.kind !== 'OperationDefinition') continue
      const [field] = operation.selectionSet.selections
      if (field?.kind !== 'Field' || field.name.value.startsWith('_')) continue
      const name = nameFor(field.name.value, named)
      named.set(name, print({ ...operation, name: { kind: 'Name' as never, value: name } }))
    }
  }
  return [...named].map(([name, text]) => [`documents/${name}.graphql`, `${text}\n`])
}

/** The field's name with a capital, counted where it is there already. */
function nameFor(field: string, taken: ReadonlyMap<string, string>): string {
  const capital = `${field.charAt(0).toUpperCase()}${field.slice(1)}`
  let name = capital
  for (let times = 2; taken.has(name); times += 1) name = `${capital}${times}`
  return name
}
