/** Makes a schema whose fields answer by chance, repeatably. */
import { hash } from 'node:crypto'
import {
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { badUserInput, forbidden } from '../../../src/graph/contract/errors.ts'

const leaves: Record<string, (n: number) => unknown> = {
  Int: (n) => n % 1000,
  SafeInt: (n) => n * 1000,
  Boolean: (n) => n % 2 === 0,
  Float: (n) => n / 8,
  DateTime: (n) => new Date(1.7e12 + n * 1000),
  Date: (n) => `2026-11-${10 + (n % 18)}`,
  Decimal: (n) => `${n % 100}.${n % 10}0`,
}

/** A number that only the place and its arguments decide. */
function numberOf(info: GraphQLResolveInfo, args: object): number {
  const names: (string | number)[] = []
  for (let path: GraphQLResolveInfo['path'] | undefined = info.path; path; path = path.prev) names.push(path.key)
  return Number.parseInt(hash('md5', JSON.stringify([names, args])).slice(0, 8), 16)
}

function inventedValue(type: GraphQLOutputType, n: number, schema: GraphQLSchema): unknown {
  if (isNonNullType(type)) return present(type.ofType, n, schema)
  return n % 11 === 0 ? null : present(type, n, schema)
}

function present(type: GraphQLOutputType, n: number, schema: GraphQLSchema): unknown {
  if (isListType(type)) {
    return Array.from({ length: n % 4 }, (_, at) => inventedValue(type.ofType, n * 7 + at * 13 + 1, schema))
  }
  if (isAbstractType(type)) {
    const possible = schema.getPossibleTypes(type)
    return { __typename: possible[n % possible.length]!.name }
  }
  if (isObjectType(type)) return { __typename: type.name }
  if (isEnumType(type)) {
    const values = type.getValues()
    return values[n % values.length]!.value
  }
  return (leaves[type.name] ?? ((m) => `${type.name} ${m % 100}`))(n)
}

/** What goes wrong comes later: at once, it can make graphql-js let go of what is under way beside it (`let-go.ts`). */
const goneWrong: readonly [number, () => unknown][] = [
  [31, () => Promise.reject(new Error('a fault that nobody may see'))],
  [37, () => Promise.reject(badUserInput('"first" must be less.', 'first'))],
  [43, () => Promise.reject(forbidden('Only operators may see that.'))],
  // Also where null is not allowed: it then empties what is around it.
  [41, () => Promise.resolve(null)],
]

const resolve: GraphQLFieldResolver<unknown, unknown> = (_root, args, _context, info) => {
  const n = numberOf(info, args)
  for (const [one, answer] of goneWrong) if (n % one === 0) return answer()
  const value = inventedValue(info.returnType, n, info.schema)
  return n % 3 === 0 ? Promise.resolve(value) : value
}

/** Puts such answers in the place of every resolver, and returns the schema. */
export function inventAnswers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) field.resolve = resolve
  }
  return schema
}
