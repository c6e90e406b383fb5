/** Words parsing and validation errors the same on every transport. */
import { type ASTNode, GraphQLError, Kind } from 'graphql'
import { ErrorCode } from '../contract/errors.ts'
import { literalPath } from './literal-path.ts'

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
function literalOfWrongType(error: unknown): ASTNode | null {
  const [node, ...others] = error instanceof GraphQLError ? (error.nodes ?? []) : []
  return node !== undefined && others.length === 0 && valueKinds.has(node.kind) ? node : null
}

/** An object that lacks a field is at fault at the field. */
function fieldOf(literal: ASTNode, message: string): string[] {
  const missing = /^Field "\w+\.(\w+)" of required type "[^"]+" was not provided/.exec(message)?.[1]
  return [...literalPath(literal), ...(missing === undefined ? [] : [missing])]
}

/** Apollo's sentence does not say what to do. */
const batchMessage =
  'Batches are not supported: send one operation a request, over a connection that is kept alive, or ask for several fields by aliases in one operation.'

/** What was expected in its place, without the value: a document can hold one that is nobody's business. */
function withoutValue(message: string): string {
  const builtIn = /^(Int|Float|String|Boolean|ID) cannot represent/.exec(message)
  if (builtIn) return `Expected a value of type ${builtIn[1]}.`
  const enumName = /does not exist in "(\w+)" enum|^Enum "(\w+)" cannot represent/.exec(message)
  if (enumName) return `Expected one of the values of ${enumName[1] ?? enumName[2]}.`
  return /^Expected (value of )?type "[^"]+"/.exec(message)?.[0].concat('.') ?? message
}

export interface ProtocolError {
  message: string
  /** The code; and of a literal, the path of the input at fault. */
  extensions: { code: unknown; field?: string[] }
}

/** Words an error that graphql-js or Apollo reports of a request; `code` is what it has by default. */
export function protocolError(error: unknown, message: string, code: unknown): ProtocolError {
  // graphql-js's own limit on comparing fields of the same name.
  if (message === 'Validation aborted.') {
    const aborted = 'The document asks too often for fields of the same name.'
    return { message: aborted, extensions: { code: ErrorCode.TooComplex } }
  }
  const delivery = /^Unknown directive "@(defer|stream)"/.exec(message)
  if (delivery) {
    return {
      message: `@${delivery[1]} is not offered: answers come whole. Ask for live fields in a second query.`,
      extensions: { code },
    }
  }
  if (message === 'Operation batching disabled.') return { message: batchMessage, extensions: { code } }
  const short =
    message.length > LONGEST_MESSAGE_CHARACTERS ? `${message.slice(0, LONGEST_MESSAGE_CHARACTERS)}…` : message
  const literal = literalOfWrongType(error)
  if (literal === null) return { message: short, extensions: { code } }
  const extensions = { code: ErrorCode.BadUserInput, field: fieldOf(literal, message) }
  return { message: withoutValue(short), extensions }
}
