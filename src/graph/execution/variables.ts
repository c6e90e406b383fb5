/** Coerces variables for every executor, with errors that never echo values. */
import {
  coerceInputValue,
  type DocumentNode,
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  valueFromAST,
} from 'graphql'
import { isStorable } from '../../values/kept-text.ts'
import { badUserInput, ErrorCode, GraphError, tooComplex, unstorableText } from '../contract/errors.ts'
import type { InputBounds } from './input-bounds.ts'

export type Variables = Readonly<Record<string, unknown>>
export type ReadVariables = { values: Variables; errors: null } | { values: null; errors: readonly GraphError[] }

interface Declared {
  name: string
  type: GraphQLInputType
  defaultValue: ValueNode | undefined
}

const noVariables: ReadVariables = { values: Object.freeze(Object.create(null)), errors: null }
const MOST_ERRORS = 10
/** A batch of 1000 checks has some 20,000 values, 5 deep. */
const MOST_VALUES = 50_000
const MOST_LEVELS = 32

/** Ends reading at so many errors: making thousands of them is what a hostile list is for. */
class EnoughErrors extends Error {}

/** Looks at every value once. Throws TOO_COMPLEX beyond what anybody needs, BAD_USER_INPUT for a text that cannot be stored. */
class Inspection {
  private values = 0

  look(value: unknown, path: string[]): void {
    if (typeof value === 'string') {
      if (!isStorable(value)) throw unstorableText([...path])
    } else if (Array.isArray(value)) {
      this.open(value.length, path)
      for (let index = 0; index < value.length; index++) this.inside(`${index}`, value[index], path)
    } else if (value !== null && typeof value === 'object') {
      const names = Object.keys(value)
      this.open(names.length, path)
      for (const name of names) this.inside(name, (value as Record<string, unknown>)[name], path)
    }
  }

  private inside(name: string, value: unknown, path: string[]): void {
    // Most values are neither texts nor open into others.
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return
    path.push(name)
    this.look(value, path)
    path.pop()
  }

  private open(count: number, { length: depth }: string[]): void {
    if (depth > MOST_LEVELS) throw tooComplex('levels in variables', depth, MOST_LEVELS)
    this.values += count
    if (this.values > MOST_VALUES) throw tooComplex('values in variables', this.values, MOST_VALUES)
  }
}

/** What was expected, in words that hold none of the client's values. */
function expectation(schema: GraphQLSchema, error: GraphQLError): string {
  const { message } = error
  // Our own scalars write what they expect.
  if (error.extensions.code === ErrorCode.BadUserInput) return message
  const builtIn = /^(Int|Float|String|Boolean|ID) cannot represent/.exec(message)
  if (builtIn?.[1] === 'Int') return 'Expected a whole number of at most 32 bits.'
  if (builtIn) return `Expected a value of type ${builtIn[1]}.`
  const enumName = /does not exist in "(\w+)" enum|^Enum "(\w+)" cannot represent/.exec(message)
  if (enumName) {
    const type = schema.getType(enumName[1] ?? enumName[2] ?? '')
    if (isEnumType(type))
      return `Expected one of ${type
        .getValues()
        .map((value) => value.name)
        .join(', ')}.`
  }
  // A scalar's own failure follows this and may echo the value.
  const typed = /^Expected type "[^"]+"\.?( to be an object\.)?/.exec(message)
  if (typed) return typed[0]
  return message.slice(0, 300)
}

/** Reads an operation's variables as graphql-js does, within the schema's bounds; made once per operation. */
export function variableReader(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  inputBounds: InputBounds,
): (given: Variables) => ReadVariables {
  const bounds = inputBounds.of(document, operation)
  if (bounds.errors.length > 0) return () => ({ values: null, errors: bounds.errors })
  const declared: Declared[] = []
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, typeNode)
    if (isInputType(type)) declared.push({ name: variable.name.value, type, defaultValue })
  }
  if (declared.length === 0) return () => noVariables
  return (given) => {
    const errors: GraphError[] = []
    try {
      new Inspection().look(given, [])
      // Nobody reads an endless list to say what else is wrong with it.
      const tooLong = bounds.check?.(given) ?? []
      if (tooLong.length > 0) return { values: null, errors: tooLong }
      const values = readAll(schema, declared, given, errors)
      return errors.length > 0 ? { values: null, errors } : { values, errors: null }
    } catch (error) {
      if (error instanceof GraphError) return { values: null, errors: [error] }
      if (error instanceof EnoughErrors) return { values: null, errors }
      throw error
    }
  }
}

function readAll(
  schema: GraphQLSchema,
  declared: readonly Declared[],
  given: Variables,
  errors: GraphError[],
): Variables {
  const values: Record<string, unknown> = Object.create(null)
  for (const { name, type, defaultValue } of declared) {
    if (!Object.hasOwn(given, name)) {
      if (defaultValue) values[name] = valueFromAST(defaultValue, type)
      else if (isNonNullType(type)) {
        errors.push(badUserInput(`Variable "$${name}" of required type "${type}" was not provided.`, name))
      }
      continue
    }
    values[name] = coerceInputValue(given[name], type, (path, _value, error) => {
      const field = [name, ...path.map(String)]
      const where = `Variable "$${name}" does not fit at "${field.join('.')}"`
      errors.push(badUserInput(`${where}: ${expectation(schema, error)}`, field))
      if (errors.length >= MOST_ERRORS) throw new EnoughErrors()
    })
  }
  return values
}
