/** Computes what an operation costs from the schema's text alone, as a client can. */
import {
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  type InputValueDefinitionNode,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

interface ListSize {
  assumedSize?: number
  slicingArguments?: string[]
  sizedFields?: string[]
}

/** The lists of an object that a field above has sized. */
interface Sized {
  fields: readonly string[]
  size: number
}

type Directed = { astNode?: unknown } | null | undefined

/** Points of one object of each kind, which the description of @cost says. */
const OBJECT = 1
const MUTATION_OBJECT = 10

/** Of an operation without variables and named fragments; the points of the request and of its values are not in it. */
export function costByText(schema: GraphQLSchema, operation: OperationDefinitionNode): number {
  const root = schema.getRootType(operation.operation)
  const object = operation.operation === 'mutation' ? MUTATION_OBJECT : OBJECT
  return root ? selectionPoints(schema, root.name, operation.selectionSet, object, null) : 0
}

function directive<Values>(
  schema: GraphQLSchema,
  name: string,
  { astNode }: NonNullable<Directed>,
): Values | undefined {
  const definition = schema.getDirective(name)
  return definition && astNode
    ? (getDirectiveValues(definition, astNode as InputValueDefinitionNode) as Values)
    : undefined
}

const weightOf = (schema: GraphQLSchema, directed: NonNullable<Directed>) =>
  Number(directive<{ weight: string }>(schema, 'cost', directed)?.weight ?? 0)

function selectionPoints(
  schema: GraphQLSchema,
  typeName: string,
  { selections }: SelectionSetNode,
  object: number,
  sized: Sized | null,
): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + fieldPoints(schema, typeName, selection, object, sized)
    if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('named fragments are not computed here')
    const inner = selection.typeCondition?.name.value ?? typeName
    return sum + selectionPoints(schema, inner, selection.selectionSet, object, sized)
  }, 0)
}

function fieldPoints(
  schema: GraphQLSchema,
  typeName: string,
  node: FieldNode,
  object: number,
  sized: Sized | null,
): number {
  const type = schema.getType(typeName)
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined
  if (!field) return 0
  let work = weightOf(schema, field)
  for (const { name, value } of node.arguments ?? []) {
    const argument = field.args.find((one) => one.name === name.value)
    if (argument) work += entriesIn(value) * weightOf(schema, argument) + inputPoints(schema, argument.type, value)
  }
  if (!node.selectionSet || !isCompositeType(getNamedType(field.type))) return work
  const sizes = directive<ListSize>(schema, 'listSize', field)
  const given = sizes?.slicingArguments?.flatMap(
    (name) => node.arguments?.filter((one) => one.name.value === name) ?? [],
  )
  const [slice] = given ?? []
  const said =
    slice?.value.kind === Kind.INT ? Number(slice.value.value) : slice ? entriesIn(slice.value) : sizes?.assumedSize
  const isList = isListType(getNullableType(field.type))
  const size = isList ? (sized?.fields.includes(field.name) ? sized.size : (said ?? Number.NaN)) : 1
  const below = !isList && sizes?.sizedFields ? { fields: sizes.sizedFields, size: said ?? Number.NaN } : null
  const inner = selectionPoints(schema, getNamedType(field.type).name, node.selectionSet, OBJECT, below)
  return work + size * (object + inner)
}

const entriesIn = (value: ValueNode) => (value.kind === Kind.LIST ? value.values.length : 1)

/** Of the fields of input objects, however deep. */
function inputPoints(schema: GraphQLSchema, type: GraphQLInputType, value: ValueNode): number {
  if (value.kind === Kind.LIST) return value.values.reduce((sum, one) => sum + inputPoints(schema, type, one), 0)
  const input = getNamedType(type)
  if (value.kind !== Kind.OBJECT || !isInputObjectType(input)) return 0
  return value.fields.reduce((sum, { name, value: inner }) => {
    const field = input.getFields()[name.value]
    return field ? sum + entriesIn(inner) * weightOf(schema, field) + inputPoints(schema, field.type, inner) : sum
  }, 0)
}
