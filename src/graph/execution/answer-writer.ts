/** Compiles a query's selections into functions that write its answer as JSON. */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLError,
  type GraphQLField,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  TypeNameMetaFieldDef,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { getFieldDef } from 'graphql/execution/execute.js'
import { type QuickText, quickTextOf } from '../contract/leaf-text.ts'
import type { CostNode } from '../limits/cost.ts'
import { countOf } from '../limits/list-size.ts'
import {
  counted,
  type FieldWriter,
  type KeyedField,
  leafWriter,
  listWriter,
  type ValueWriter,
  type Writing,
  wholeField,
  writeFields,
} from './field-writers.ts'
import type { Piece } from './pieces.ts'
import { type FieldFacts, ResolveInfo, type Steps } from './resolve-info.ts'
import type { Variables } from './variables.ts'

/** An operation, with what its directives decide: the variables of @skip and @include have these values. */
export interface Selected {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Record<string, FragmentDefinitionNode>
  readonly conditions: Variables
  /** What it costs, as graphql-js is billed. */
  readonly costs: readonly CostNode[]
}

/** Makes the writer of a whole query's data. It never throws. */
export function answerWriter(selected: Selected): (writing: Writing) => Piece {
  const { schema, operation, fragments, conditions, costs } = selected
  const type = schema.getQueryType() as GraphQLObjectType
  const fields = collectFields(schema, fragments, conditions, type, operation.selectionSet)
  const write = new Writers(selected).fields(type, fields, [], costs)
  const failed = (writing: Writing, error: unknown) => {
    writing.errors.push(error as GraphQLError)
    return 'null'
  }
  return (writing) => {
    try {
      const written = write(writing, undefined, null)
      return typeof written === 'string' ? written : written.catch((error) => failed(writing, error))
    } catch (error) {
      return failed(writing, error)
    }
  }
}

/** The JSON of a field, told from its parent at once and without calling anybody; null when it is not so plain. */
function quickFieldOf({ name, type, resolve }: GraphQLField<unknown, unknown>): QuickText | null {
  if (resolve) return (resolve as { quickText?: QuickText }).quickText ?? null
  const bare = isNonNullType(type) ? type.ofType : type
  const quick = isLeafType(bare) ? quickTextOf(bare) : null
  return quick && ((parent) => quick((parent as Record<string, unknown> | undefined)?.[name]))
}

/** Counts the work of a field each time that it is resolved. */
function worked({ work }: CostNode, write: FieldWriter): FieldWriter {
  if (work === 0) return write
  return (writing, parent, entry) => {
    writing.cost += countOf(work, writing.variables)
    return write(writing, parent, entry)
  }
}

class Writers {
  private readonly selected: Selected

  constructor(selected: Selected) {
    this.selected = selected
  }

  /** An object of those fields. */
  fields(
    type: GraphQLObjectType,
    fields: Map<string, readonly FieldNode[]>,
    steps: Steps,
    costs: readonly CostNode[],
  ): FieldWriter {
    const keyed: KeyedField[] = []
    for (const [key, nodes] of fields) {
      const field = getFieldDef(this.selected.schema, type, nodes[0] as FieldNode)
      if (!field) continue
      const start = `${keyed.length === 0 ? '{' : ','}"${key}":`
      const cost = costs.find((one) => one.key === key)
      const write = this.field(type, field, nodes, [...steps, key], cost)
      keyed.push({ start, write: cost ? worked(cost, write) : write })
    }
    if (keyed.length === 0) return () => '{}'
    const startsLength = keyed.reduce((length, { start }) => length + start.length, 1)
    return (writing, parent, entry) => writeFields(keyed, startsLength, writing, parent, entry)
  }

  private field(
    parentType: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    steps: Steps,
    cost: CostNode | undefined,
  ): FieldWriter {
    const { schema, fragments, operation } = this.selected
    if (field === TypeNameMetaFieldDef) return (writing) => counted(writing, `"${parentType.name}"`)
    const { name: fieldName, type: returnType } = field
    const facts: FieldFacts = {
      fieldName,
      fieldNodes: nodes,
      returnType,
      parentType,
      steps,
      schema,
      fragments,
      operation,
    }
    const whole = wholeField(field, facts, this.value(returnType, facts, cost, steps))
    const quick = quickFieldOf(field)
    if (quick === null) return whole
    return (writing, parent, entry) => {
      const text = quick(parent)
      return text === null ? whole(writing, parent, entry) : counted(writing, text)
    }
  }

  private value(type: GraphQLOutputType, facts: FieldFacts, cost: CostNode | undefined, steps: Steps): ValueWriter {
    if (type instanceof GraphQLNonNull) {
      const write = this.present(type.ofType, facts, cost, steps)
      return (writing, value, entry) => {
        if (value != null) return write(writing, value, entry)
        throw new Error(`Cannot return null for non-nullable field ${facts.parentType.name}.${facts.fieldName}.`)
      }
    }
    const write = this.present(type, facts, cost, steps)
    return (writing, value, entry) => (value == null ? 'null' : write(writing, value, entry))
  }

  /** Of a value that is there. */
  private present(type: GraphQLOutputType, facts: FieldFacts, cost: CostNode | undefined, steps: Steps): ValueWriter {
    if (isListType(type)) {
      const inner = [...steps, null]
      return listWriter(type.ofType, facts, this.value(type.ofType, facts, cost, inner), inner)
    }
    if (isLeafType(type)) return leafWriter(type)
    if (isAbstractType(type)) return this.abstract(type, facts, cost, steps)
    return this.object(type as GraphQLObjectType, facts, cost, steps)
  }

  private object(
    type: GraphQLObjectType,
    { fieldNodes }: FieldFacts,
    cost: CostNode | undefined,
    steps: Steps,
  ): ValueWriter {
    const { schema, fragments, conditions } = this.selected
    const { weight = 0, children = [] } = cost ?? {}
    const inner = collectSubfields(schema, fragments, conditions, type, fieldNodes)
    const write = this.fields(type, inner, steps, children)
    return (writing, value, entry) => {
      if (value instanceof Error) throw value
      writing.cost += weight
      return write(writing, value, entry)
    }
  }

  /** What is asked of each type is looked at when a value of it is first met. */
  private abstract(
    type: GraphQLAbstractType,
    facts: FieldFacts,
    cost: CostNode | undefined,
    steps: Steps,
  ): ValueWriter {
    const { schema } = this.selected
    const writers = new Map<string, ValueWriter>()
    const writerFor = (name: unknown): ValueWriter => {
      const known = writers.get(name as string)
      if (known) return known
      const actual = typeof name === 'string' ? schema.getType(name) : undefined
      if (!isObjectType(actual) || !schema.isSubType(type, actual)) {
        throw new Error(`${type.name} was answered with a value that does not tell its type.`)
      }
      const made = this.object(actual, facts, cost, steps)
      writers.set(actual.name, made)
      return made
    }
    return (writing, value, entry) => {
      if (value instanceof Error) throw value
      const info = new ResolveInfo(facts, entry, writing.variables)
      const name = type.resolveType ? type.resolveType(value, writing.context, info, type) : namedBy(value)
      return writerFor(name)(writing, value, entry)
    }
  }
}

const namedBy = (value: unknown) => (value as { __typename?: string }).__typename
