/** Asks for every bounded input of a schema with values of any length. */
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from 'graphql'
import { type Bound, boundOf, type Input } from '../../../src/graph/contract/at-most.ts'
import { sampleOf } from './hostile-values.ts'

/** Where an input can be given: a field, one of its arguments, and the way into that. */
export interface Place {
  coordinate: string
  input: Input
  bound: Bound
  /** What the document begins with, down to the field. */
  opening: string
  field: GraphQLField<unknown, unknown>
  argument: string
  inside: readonly GraphQLInputField[]
}

/** A limit of an input, and values on both sides of it. */
export interface Limit {
  place: Place
  limit: 'items' | 'characters'
  allowed: number
  /** A value with so many of them. */
  make(size: number): unknown
  /** Where it is, as refusals name it. */
  path: string[]
}

const isList = (type: GraphQLInputType): boolean => isListType(getNullableType(type))

/** Whether what clients send there can be of any length. */
export function needsBound({ type }: Input): boolean {
  return isList(type) || getNamedType(type).name === 'String'
}

/** Every input with a place, once: arguments of fields, and what is in them. */
export function placesOf(schema: GraphQLSchema): Place[] {
  const seen = new Set<Input>()
  return [...fieldsOf(schema)].flatMap(({ opening, type, field }) =>
    field.args.flatMap((argument) =>
      [...inputsIn(argument, [])]
        .filter(({ input }) => !seen.has(input) && seen.add(input))
        .map(({ input, inside }) => {
          const names = inside.map(({ name }) => `.${name}`).join('')
          const coordinate = `${type}.${field.name}(${argument.name}:)${names}`
          return { coordinate, input, bound: boundOf(input), opening, field, argument: argument.name, inside }
        }),
    ),
  )
}

/** Every field, with the shortest way to its type. */
function* fieldsOf(schema: GraphQLSchema) {
  const openings = new Map<string, string>()
  for (const operation of Object.values(OperationTypeNode)) {
    const root = schema.getRootType(operation)
    if (root) openings.set(root.name, `${operation} $declared {`)
  }
  for (const [name, opening] of openings) {
    const type = schema.getType(name)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      yield { opening, type: name, field }
      const answer = getNamedType(field.type)
      for (const one of isCompositeType(answer) ? [answer, ...othersOf(schema, answer)] : []) {
        const narrowed = one === answer ? '' : ` ... on ${one.name} {`
        if (!openings.has(one.name))
          openings.set(one.name, `${opening} ${field.name}${argumentsOf(field, {})} {${narrowed}`)
      }
    }
  }
}

/** As what else it can be asked: each of its possible types, or the interfaces that it implements. */
function othersOf(schema: GraphQLSchema, type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
  return isObjectType(type) ? type.getInterfaces() : schema.getPossibleTypes(type)
}

/** The argument itself and the fields in it, each with the way to it. */
function* inputsIn(
  input: Input,
  inside: readonly GraphQLInputField[],
): Generator<{ input: Input; inside: readonly GraphQLInputField[] }> {
  yield { input, inside }
  const type = getNamedType(input.type)
  if (!isInputObjectType(type)) return
  for (const field of Object.values(type.getFields())) {
    if (!inside.includes(field)) yield* inputsIn(field, [...inside, field])
  }
}

/** In brackets, with samples of what is required; `given` are texts of the document. */
function argumentsOf({ args }: GraphQLField<unknown, unknown>, given: Record<string, string>): string {
  const all = args.flatMap(({ name, type }) => {
    const text = given[name] ?? (isNonNullType(type) ? literalOf(sampleOf(type), type) : undefined)
    return text === undefined ? [] : [`${name}: ${text}`]
  })
  return all.length > 0 ? `(${all.join(', ')})` : ''
}

/** Both limits of an input, as far as it has them. */
export function limitsOf(place: Place): Limit[] {
  const { input, bound, argument, inside } = place
  const list = getNullableType(input.type)
  const inner = isListType(list) ? list.ofType : null
  const base = pathTo(argumentOf(place).type, argument, inside)
  const limits: Limit[] = []
  if (bound.items !== undefined) {
    const make = (size: number) => valueAt(place, Array(size).fill(inner && sampleOf(inner)))
    limits.push({ place, limit: 'items', allowed: bound.items, make, path: base })
  }
  if (bound.characters !== undefined) {
    // Characters as people count them: each takes two places in JavaScript.
    const make = (size: number) => valueAt(place, inner ? ['🙂'.repeat(size)] : '🙂'.repeat(size))
    limits.push({ place, limit: 'characters', allowed: bound.characters, make, path: inner ? [...base, '0'] : base })
  }
  return limits
}

const argumentOf = ({ field, argument }: Place) => field.args.find(({ name }) => name === argument)!

/** The argument's value that has `leaf` in the input's place. */
function valueAt(place: Place, leaf: unknown): unknown {
  const within = (type: GraphQLInputType, [first, ...rest]: readonly GraphQLInputField[]): unknown => {
    if (first === undefined) return leaf
    if (isNonNullType(type)) return within(type.ofType, [first, ...rest])
    if (isListType(type)) return [within(type.ofType, [first, ...rest])]
    return { ...(sampleOf(type) as object), [first.name]: within(first.type, rest) }
  }
  return within(argumentOf(place).type, place.inside)
}

function pathTo(type: GraphQLInputType, name: string, [first, ...rest]: readonly GraphQLInputField[]): string[] {
  if (first === undefined) return [name]
  return [name, ...(isList(type) ? ['0'] : []), ...pathTo(first.type, first.name, rest)]
}

/** A document that gives the value in a variable, and one that holds it itself. */
export function documentsOf(place: Place, value: unknown): { query: string; variables: object }[] {
  const { opening, field, argument } = place
  const { type } = argumentOf(place)
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }'
  const whole = (declared: string, text: string) => {
    const body = `${opening.replace('$declared', declared)} ${field.name}${argumentsOf(field, { [argument]: text })}${selection}`
    return body + ' }'.repeat(body.split('{').length - body.split('}').length)
  }
  return [
    { query: whole(`($value: ${type})`, '$value'), variables: { value } },
    { query: whole('', literalOf(value, type)), variables: {} },
  ]
}

/** The value as a document writes it. */
function literalOf(value: unknown, given: GraphQLInputType | null): string {
  const type = given && getNullableType(given)
  if (Array.isArray(value)) {
    const inner = isListType(type) ? type.ofType : null
    return `[${value.map((one) => literalOf(one, inner)).join(', ')}]`
  }
  if (typeof value !== 'object' || value === null) return isEnumType(type) ? String(value) : JSON.stringify(value)
  const fields = isInputObjectType(type) ? type.getFields() : {}
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${name}: ${literalOf(one, fields[name]?.type ?? null)}`)
    .join(', ')} }`
}
