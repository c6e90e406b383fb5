/** Words parsing and validation errors the same on every transport. */
import { GraphQLError, Kind } from 'graphql'
import { ErrorCode } from '../contract/errors.ts'

/** A message can quote the document at any length. */
const LONGEST_MESSAGE_CHARACTERS = 500

const valueKinds: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
])

/** A literal in the document that does not fit its type reads like a variable that does not fit. */
function isLiteralOfWrongType(error: unknown): boolean {
  return error instanceof GraphQLError && error.nodes?.length === 1 && valueKinds.has(error.nodes[0]?.kind ?? '')
}

/** What was expected in its place, without the value: a document can hold one that is nobody's business. */
function withoutValue(message: string): string {
  const builtIn = /^(Int|Float|String|Boolean|ID) cannot represent/.exec(message)
  if (builtIn) return `Expected a value of type ${builtIn[1]}.`
  const enumName = /does not exist in "(\w+)" enum|^Enum "(\w+)" cannot represent/.exec(message)
  if (enumName) return `Expected one of the values of ${enumName[1] ?? enumName[2]}.`
  return /^Expected (value of )?type "[^"]+"/.exec(message)?.[0].concat('.') ?? message
}

/** Message and code of an error that graphql-js reports of a document; `code` is what it has by default. */
export function protocolError(error: unknown, message: string, code: unknown): { message: string; code: unknown } {
  // graphql-js's own limit on comparing fields of the same name.
  if (message === 'Validation aborted.') {
    return { message: 'The document asks too often for fields of the same name.', code: ErrorCode.TooComplex }
  }
  const delivery = /^Unknown directive "@(defer|stream)"/.exec(message)
  if (delivery) {
    return {
      message: `@${delivery[1]} is not offered: answers come whole. Ask for live fields in a second query.`,
      code,
    }
  }
  const short =
    message.length > LONGEST_MESSAGE_CHARACTERS ? `${message.slice(0, LONGEST_MESSAGE_CHARACTERS)}…` : message
  return isLiteralOfWrongType(error)
    ? { message: withoutValue(short), code: ErrorCode.BadUserInput }
    : { message: short, code }
}
