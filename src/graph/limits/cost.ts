/** Estimates an operation's cost in points from its text and variables. */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  typeFromAST,
} from 'graphql'
import type { Variables } from '../execution/variables.ts'
import { type Count, countOf, DEFAULT_LIST_SIZE, innerPageOf, largest, type Occurrence, sizeOf } from './list-size.ts'
import { inputPoints, literalPoints, REQUEST_POINTS, workOf } from './weights.ts'

export const OBJECT_POINTS = 1
export const MUTATION_POINTS = 10
type Condition = (variables: Variables) => boolean

/** What one key of a selection costs, under whichever type it is answered. */
export interface CostNode {
  key: string
  /** Points of each time that it is resolved, whatever is answered. */
  work: Count
  /** Points of each object that is answered. */
  weight: number
  size: Count
  /** Of each time that it is asked for: none means always. */
  conditions: (readonly Condition[])[]
  children: CostNode[]
}

/** The priced operation. */
export interface CostPlan {
  /** What its answer is made of; the rest is the same for every answer. */
  readonly nodes: readonly CostNode[]
  /** Points of the request itself, with its inputs. */
  given(variables: Variables): number
  /** The most that it can cost with these variables; lists count as full pages. */
  requested(variables: Variables): number
  /** What the answer came to. */
  actual(data: unknown, variables: Variables): number
}

function conditionsOf(directives: readonly DirectiveNode[] | undefined): Condition[] {
  return (directives ?? []).flatMap((directive) => {
    const wanted = directive.name.value === 'include'
    if (!wanted && directive.name.value !== 'skip') return []
    const value = directive.arguments?.[0]?.value
    if (value?.kind === Kind.BOOLEAN) return value.value === wanted ? [] : [() => false]
    if (value?.kind !== Kind.VARIABLE) return []
    const name = value.name.value
    return [(variables: Variables) => (variables[name] === true) === wanted]
  })
}

interface Asked extends Occurrence {
  conditions: readonly Condition[]
}

interface Selection {
  type: GraphQLCompositeType
  set: SelectionSetNode
}

function innerOf({ field, node }: Occurrence): Selection[] {
  const type = getNamedType(field.type)
  return node.selectionSet && isCompositeType(type) ? [{ type, set: node.selectionSet }] : []
}

class Pricing {
  private readonly schema: GraphQLSchema
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  private readonly isMutation: boolean

  constructor(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode) {
    this.schema = schema
    this.isMutation = node.operation === OperationTypeNode.MUTATION
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition)
    }
  }

  /** The fields of selections that cost anything; `page` is the size of the page that they are part of. */
  nodes(selections: readonly Selection[], page: Count, atRoot = false): CostNode[] {
    const asked = new Map<string, Asked[]>()
    for (const { type, set } of selections) this.collect(type, set, [], asked)
    return [...asked].map(([key, occurrences]) => {
      const inner = occurrences.flatMap(innerOf)
      const innerPage = largest(occurrences.map(innerPageOf))
      const objectPoints = atRoot && this.isMutation ? MUTATION_POINTS : OBJECT_POINTS
      return {
        key,
        work: largest(occurrences.map(workOf)),
        weight: occurrences.some(({ field }) => isCompositeType(getNamedType(field.type))) ? objectPoints : 0,
        size: largest(occurrences.map((occurrence) => sizeOf(occurrence, page))),
        conditions: occurrences.map(({ conditions }) => conditions),
        children: this.nodes(inner, innerPage),
      }
    })
  }

  private collect(
    type: GraphQLCompositeType,
    set: SelectionSetNode,
    above: readonly Condition[],
    asked: Map<string, Asked[]>,
  ): void {
    for (const selection of set.selections) {
      const conditions = [...above, ...conditionsOf(selection.directives)]
      if (selection.kind === Kind.FIELD) {
        const field = this.fieldOf(type, selection.name.value)
        if (!field || isFree(field)) continue
        const key = (selection.alias ?? selection.name).value
        const occurrence = { field, node: selection, conditions }
        const known = asked.get(key)
        if (known) known.push(occurrence)
        else asked.set(key, [occurrence])
        continue
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value)
      if (!fragment) continue
      const condition = fragment.typeCondition && typeFromAST(this.schema, fragment.typeCondition)
      this.collect(isCompositeType(condition) ? condition : type, fragment.selectionSet, conditions, asked)
    }
  }

  private fieldOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
    return 'getFields' in type ? type.getFields()[name] : undefined
  }
}

/** Neither an object nor any work. */
const isFree = (field: GraphQLField<unknown, unknown>) =>
  !isCompositeType(getNamedType(field.type)) && field.extensions.work === undefined

const isAsked = ({ conditions }: CostNode, variables: Variables) =>
  conditions.some((all) => all.every((holds) => holds(variables)))

function requestedOf(nodes: readonly CostNode[], variables: Variables): number {
  let sum = 0
  for (const node of nodes) {
    if (!isAsked(node, variables)) continue
    const { work, weight, size, children } = node
    sum += countOf(work, variables) + countOf(size, variables) * (weight + requestedOf(children, variables))
  }
  return sum
}

function actualOf(node: CostNode, value: unknown, variables: Variables): number {
  if (value === null || typeof value !== 'object') return 0
  if (!Array.isArray(value)) return node.weight + actualOfAll(node.children, value, variables)
  let sum = 0
  for (const entry of value) sum += actualOf(node, entry, variables)
  return sum
}

/** What is not there was not asked of this object, nor worked for. */
function actualOfAll(nodes: readonly CostNode[], value: object, variables: Variables): number {
  let sum = 0
  for (const node of nodes) {
    const answered = (value as Record<string, unknown>)[node.key]
    if (answered !== undefined) sum += countOf(node.work, variables) + actualOf(node, answered, variables)
  }
  return sum
}

/** Whether the same is requested whatever the variables say. */
function isConstant(nodes: readonly CostNode[]): boolean {
  return nodes.every(
    ({ work, size, conditions, children }) =>
      typeof work === 'number' &&
      typeof size === 'number' &&
      conditions.every((all) => all.length === 0) &&
      isConstant(children),
  )
}

/** Prices an operation once; what is left for each request is a little arithmetic. */
export function costPlan(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode): CostPlan {
  const type = schema.getRootType(node.operation)
  const nodes = type
    ? new Pricing(schema, document, node).nodes([{ type, set: node.selectionSet }], DEFAULT_LIST_SIZE, true)
    : []
  const constant = isConstant(nodes) ? requestedOf(nodes, {}) : null
  const literals = literalPoints(document)
  const given = (variables: Variables) => REQUEST_POINTS + Math.floor(literals + inputPoints(variables))
  return {
    nodes,
    given,
    requested: (variables) => given(variables) + (constant ?? requestedOf(nodes, variables)),
    actual: (data, variables) =>
      given(variables) + (data === null || typeof data !== 'object' ? 0 : actualOfAll(nodes, data, variables)),
  }
}

/** Whether the error took more than its own field with it: what was done for that can no longer be told from the answer. */
export function emptiesMore({ path = [] }: GraphQLError, data: unknown): boolean {
  let value = data
  for (const key of path) {
    if (value == null) return true
    value = (value as Record<string, unknown>)[key]
  }
  return false
}
