/** Refuses texts and lists longer than their inputs' bounds, in documents and variables. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { charactersOf } from '../../values/lengths.ts'
import { type Bound, boundOf, type Input } from '../contract/at-most.ts'
import { type GraphError, tooLong } from '../contract/errors.ts'

/** Adds what is too long in a value, which may be of any shape, to the errors. */
type Check = (value: unknown, path: string[], errors: GraphError[]) => void

/** A variable in the place of an input, or of something in it. */
interface Use {
  readonly name: string
  /** Of the place, not of the variable: as the resolvers name inputs. */
  readonly path: string[]
  readonly check: Check
}

export interface OperationBounds {
  /** What the document itself holds too long. */
  readonly errors: readonly GraphError[]
  /** The same of variables; null when no value of theirs can be too long. */
  readonly check: ((given: Readonly<Record<string, unknown>>) => GraphError[]) | null
}

/** More of them tell nobody more. */
const MOST_ERRORS = 10
/** What a mutation refuses itself is let through to it up to so many times the bound. */
const USER_ERROR_TIMES = 10

/** Knows what each input of a schema has to be checked for; an operation asks once. */
export class InputBounds {
  private readonly schema: GraphQLSchema
  private readonly checks = new Map<Input, Check | null>()

  constructor(schema: GraphQLSchema) {
    this.schema = schema
  }

  of(document: DocumentNode, operation: OperationDefinitionNode): OperationBounds {
    const errors: GraphError[] = []
    const uses: Use[] = []
    const types = new TypeInfo(this.schema)
    const visitor = visitWithTypeInfo(types, {
      Argument: ({ name, value }) => {
        const argument = types.getArgument()
        const check = argument && this.checkOf(argument)
        if (!check) return false
        check(valueFromASTUntyped(value), [name.value], errors)
        this.collectUses(argument.type, boundOf(argument), value, [name.value], uses)
        return false
      },
    })
    for (const definition of definitionsOf(document, operation)) visit(definition, visitor)
    checkDefaults(operation, uses, errors)
    return { errors, check: uses.length === 0 ? null : (given) => tooLongOf(given, uses) }
  }

  /** Null for an input in which nothing has a bound. */
  private checkOf(input: Input): Check | null {
    const known = this.checks.get(input)
    if (known !== undefined) return known
    // An input can hold itself: by then it is known.
    this.checks.set(input, (value, path, errors) => this.checks.get(input)?.(value, path, errors))
    const check = this.checkOfType(input.type, boundOf(input))
    this.checks.set(input, check)
    return check
  }

  private checkOfType(wrapped: GraphQLInputType, bound: Bound): Check | null {
    const type = getNullableType(wrapped)
    if (isListType(type)) return listCheck(bound, this.checkOfType(type.ofType, bound))
    if (!isInputObjectType(type)) return type === GraphQLString ? textCheck(bound) : null
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const check = this.checkOf(field)
      return check ? [{ name: field.name, check }] : []
    })
    return fields.length === 0 ? null : fieldsCheck(fields)
  }

  private collectUses(wrapped: GraphQLInputType, bound: Bound, node: ValueNode, path: string[], uses: Use[]): void {
    const type = getNullableType(wrapped)
    if (node.kind === Kind.VARIABLE) {
      const check = this.checkOfType(type, bound)
      if (check) uses.push({ name: node.name.value, path, check })
    } else if (node.kind === Kind.LIST && isListType(type)) {
      for (const [index, value] of node.values.entries())
        this.collectUses(type.ofType, bound, value, [...path, `${index}`], uses)
    } else if (node.kind === Kind.OBJECT && isInputObjectType(type)) {
      for (const { name, value } of node.fields) {
        const field = type.getFields()[name.value]
        if (field) this.collectUses(field.type, boundOf(field), value, [...path, field.name], uses)
      }
    }
  }
}

/** The operation and the fragments that it spreads, each once. */
function definitionsOf(document: DocumentNode, operation: OperationDefinitionNode) {
  const all = document.definitions.filter((part) => part.kind === Kind.FRAGMENT_DEFINITION)
  const fragments = new Map(all.map((fragment) => [fragment.name.value, fragment]))
  const found = new Set<OperationDefinitionNode | FragmentDefinitionNode>([operation])
  for (const definition of found) {
    visit(definition, {
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value)
        if (fragment) found.add(fragment)
      },
    })
  }
  return found
}

/** The document is at fault for a default that is too long, whether it is used or not. */
function checkDefaults({ variableDefinitions }: OperationDefinitionNode, uses: readonly Use[], errors: GraphError[]) {
  for (const { variable, defaultValue } of variableDefinitions ?? []) {
    if (!defaultValue) continue
    for (const { name, path, check } of uses) {
      if (name === variable.name.value) check(valueFromASTUntyped(defaultValue), path, errors)
    }
  }
}

function tooLongOf(given: Readonly<Record<string, unknown>>, uses: readonly Use[]): GraphError[] {
  const errors: GraphError[] = []
  for (const { name, path, check } of uses) if (Object.hasOwn(given, name)) check(given[name], path, errors)
  return errors
}

/** A variable that is used twice is at fault once. */
function add(errors: GraphError[], ...[path, ...fault]: Parameters<typeof tooLong>): void {
  if (errors.length >= MOST_ERRORS) return
  const error = tooLong([...path], ...fault)
  if (!errors.some(({ message }) => message === error.message)) errors.push(error)
}

function textCheck({ characters, inUserErrors }: Bound): Check | null {
  if (characters === undefined) return null
  const refusedBeyond = inUserErrors ? USER_ERROR_TIMES * characters : characters
  return (value, path, errors) => {
    if (typeof value !== 'string' || value.length <= refusedBeyond) return
    const found = charactersOf(value)
    if (found > refusedBeyond) add(errors, path, 'characters', found, characters)
  }
}

function listCheck({ items, inUserErrors }: Bound, inner: Check | null): Check | null {
  if (items === undefined && inner === null) return null
  const most = items ?? Number.POSITIVE_INFINITY
  const refusedBeyond = inUserErrors ? USER_ERROR_TIMES * most : most
  return (value, path, errors) => {
    // A single value stands for a list of one.
    if (!Array.isArray(value)) return inner?.(value, path, errors)
    if (value.length <= refusedBeyond) return inner ? checkEach(value, inner, path, errors) : undefined
    add(errors, path, 'items', value.length, most)
  }
}

function checkEach(values: readonly unknown[], check: Check, path: string[], errors: GraphError[]): void {
  for (const [index, value] of values.entries()) {
    path.push(`${index}`)
    check(value, path, errors)
    path.pop()
  }
}

function fieldsCheck(fields: readonly { name: string; check: Check }[]): Check {
  return (value, path, errors) => {
    if (typeof value !== 'object' || value === null) return
    for (const { name, check } of fields) {
      const inner = (value as Record<string, unknown>)[name]
      if (inner == null) continue
      path.push(name)
      check(inner, path, errors)
      path.pop()
    }
  }
}
