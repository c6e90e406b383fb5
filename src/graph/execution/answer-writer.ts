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
import { weightOf } from '../limits/cost.ts'
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
}

/** Makes the writer of a whole query's data. It never throws. */
export function answerWriter(selected: Selected): (writing: Writing) => Piece {
  const { schema, operation, fragments, conditions } = selected
  const type = schema.getQueryType() as GraphQLObjectType
  const fields = collectFields(schema, fragments, conditions, type, operation.selectionSet)
  const write = new Writers(selected).fields(type, fields, [])
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

class Writers {
  private readonly selected: Selected

  constructor(selected: Selected) {
    this.selected = selected
  }

  /** An object of those fields. */
  fields(type: GraphQLObjectType, fields: Map<string, readonly FieldNode[]>, steps: Steps): FieldWriter {
    const keyed: KeyedField[] = []
    for (const [key, nodes] of fields) {
      const field = getFieldDef(this.selected.schema, type, nodes[0] as FieldNode)
      if (!field) continue
      const start = `${keyed.length === 0 ? '{' : ','}"${key}":`
      keyed.push({ start, write: this.field(type, field, nodes, [...steps, key]) })
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
    const whole = wholeField(field, facts, this.value(returnType, facts, weightOf(field), steps))
    const quick = quickFieldOf(field)
    if (quick === null) return whole
    return (writing, parent, entry) => {
      const text = quick(parent)
      return text === null ? whole(writing, parent, entry) : counted(writing, text)
    }
  }

  private value(type: GraphQLOutputType, facts: FieldFacts, weight: number, steps: Steps): ValueWriter {
    if (type instanceof GraphQLNonNull) {
      const write = this.present(type.ofType, facts, weight, steps)
      return (writing, value, entry) => {
        if (value != null) return write(writing, value, entry)
        throw new Error(`Cannot return null for non-nullable field ${facts.parentType.name}.${facts.fieldName}.`)
      }
    }
    const write = this.present(type, facts, weight, steps)
    return (writing, value, entry) => (value == null ? 'null' : write(writing, value, entry))
  }

  /** Of a value that is there. */
  private present(type: GraphQLOutputType, facts: FieldFacts, weight: number, steps: Steps): ValueWriter {
    if (isListType(type)) {
      const inner = [...steps, null]
      return listWriter(type.ofType, facts, this.value(type.ofType, facts, weight, inner), inner)
    }
    if (isLeafType(type)) return leafWriter(type)
    if (isAbstractType(type)) return this.abstract(type, facts, weight, steps)
    return this.object(type as GraphQLObjectType, facts, weight, steps)
  }

  private object(type: GraphQLObjectType, { fieldNodes }: FieldFacts, weight: number, steps: Steps): ValueWriter {
    const { schema, fragments, conditions } = this.selected
    const write = this.fields(type, collectSubfields(schema, fragments, conditions, type, fieldNodes), steps)
    return (writing, value, entry) => {
      if (value instanceof Error) throw value
      writing.cost += weight
      return write(writing, value, entry)
    }
  }

  /** What is asked of each type is looked at when a value of it is first met. */
  private abstract(type: GraphQLAbstractType, facts: FieldFacts, weight: number, steps: Steps): ValueWriter {
    const { schema } = this.selected
    const writers = new Map<string, ValueWriter>()
    const writerFor = (name: unknown): ValueWriter => {
      const known = writers.get(name as string)
      if (known) return known
      const actual = typeof name === 'string' ? schema.getType(name) : undefined
      if (!isObjectType(actual) || !schema.isSubType(type, actual)) {
        throw new Error(`${type.name} was answered with a value that does not tell its type.`)
      }
      const made = this.object(actual, facts, weight, steps)
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
