/** Writes each kind of field value, with errors nulling the nearest nullable parent. */
import {
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLOutputType,
  getArgumentValues,
  isNonNullType,
  locatedError,
} from 'graphql'
import { leafText, quickTextOf } from '../contract/leaf-text.ts'
import { AnswerTooLarge, textPoints } from '../limits/answer-size.ts'
import { failAfter, isPromise, joined, type Piece } from './pieces.ts'
import { type Entry, type FieldFacts, pathOf, ResolveInfo, type Steps } from './resolve-info.ts'
import type { Variables } from './variables.ts'

/** One answer that is being written. */
export interface Writing {
  readonly context: object
  readonly variables: Variables
  /** Where something went wrong and null was written. */
  readonly errors: GraphQLError[]
  /** Points of all objects written so far. */
  cost: number
  /** Points of the long texts among what was written. */
  textPoints: number
  /** Characters that may still be written; below 0 nothing is called or written any more. */
  charactersLeft: number
  /** Says once that it grew too large, and what is to be thrown for it. */
  stop(): AnswerTooLarge
  /** Arguments of fields, read once for all entries of a list. */
  readonly args: Map<FieldFacts, Record<string, unknown>>
}

/** Writes what is answered to a field, or throws what is wrong with it. */
export type ValueWriter = (writing: Writing, value: unknown, entry: Entry | null) => Piece
/** Writes a field of that parent; throws only when null may not stand there. */
export type FieldWriter = (writing: Writing, parent: unknown, entry: Entry | null) => Piece
/** Texts that are longer may cost points. */
const SHORT_CHARACTERS = 300

/** Counts what is about to be written. Throws AnswerTooLarge. */
export function counted(writing: Writing, text: string): string {
  writing.charactersLeft -= text.length
  if (writing.charactersLeft < 0) throw writing.stop()
  if (text.length > SHORT_CHARACTERS) writing.textPoints += textPoints(text)
  return text
}

export interface KeyedField {
  /** Its key, with what is between it and the field before. */
  readonly start: string
  readonly write: FieldWriter
}

const noArguments = Object.freeze({})

export function writeFields(
  keyed: readonly KeyedField[],
  startsLength: number,
  writing: Writing,
  parent: unknown,
  entry: Entry | null,
): Piece {
  writing.charactersLeft -= startsLength
  if (writing.charactersLeft < 0) throw writing.stop()
  let text = ''
  let pieces: Piece[] | null = null
  for (let at = 0; at < keyed.length; at++) {
    const { start, write } = keyed[at] as KeyedField
    let written: Piece
    try {
      written = write(writing, parent, entry)
    } catch (error) {
      if (pieces) return failAfter(pieces, error)
      throw error
    }
    if (typeof written === 'string') text += start + written
    else {
      pieces ??= []
      pieces.push(text + start, written)
      text = ''
    }
  }
  if (pieces === null) return `${text}}`
  pieces.push(`${text}}`)
  return joined(pieces)
}

/** Calls the resolver, or takes the property of the field's name, and writes what is answered, now or later. */
export function wholeField(field: GraphQLField<unknown, unknown>, facts: FieldFacts, write: ValueWriter): FieldWriter {
  const { resolve } = field
  const { fieldName, returnType } = facts
  const [node] = facts.fieldNodes as [FieldNode]
  const fail = failureAt(facts, returnType, facts.steps)
  const argsOf = (writing: Writing) => {
    if (field.args.length === 0) return noArguments
    let args = writing.args.get(facts)
    if (args === undefined) {
      args = getArgumentValues(field, node, writing.variables)
      writing.args.set(facts, args)
    }
    return args
  }
  const answer = (writing: Writing, parent: unknown, entry: Entry | null): unknown => {
    if (writing.charactersLeft < 0) throw writing.stop()
    if (resolve) {
      return resolve(parent, argsOf(writing), writing.context, new ResolveInfo(facts, entry, writing.variables))
    }
    const property = (parent as Record<string, unknown> | null | undefined)?.[fieldName]
    if (typeof property !== 'function') return property
    const info = new ResolveInfo(facts, entry, writing.variables)
    return (parent as Record<string, (...all: unknown[]) => unknown>)[fieldName]?.(
      argsOf(writing),
      writing.context,
      info,
    )
  }
  const settle = settling(write, fail)
  return (writing, parent, entry) => {
    let value: unknown
    try {
      value = answer(writing, parent, entry)
    } catch (error) {
      return fail(writing, error, entry)
    }
    return settle(writing, value, entry)
  }
}

/** Writes a value now or, of a promise, later; throws or rejects only where `fail` does. */
function settling(write: ValueWriter, fail: Failure): ValueWriter {
  return (writing, value, entry) => {
    try {
      const written = isPromise(value)
        ? value.then((later) => write(writing, later, entry))
        : write(writing, value, entry)
      return typeof written === 'string' ? written : written.then(undefined, (error) => fail(writing, error, entry))
    } catch (error) {
      return fail(writing, error, entry)
    }
  }
}

type Failure = (writing: Writing, error: unknown, entry: Entry | null) => 'null'

/** What becomes of an error there: it is told of and leaves null, or goes further out. */
function failureAt({ fieldNodes }: FieldFacts, type: GraphQLOutputType, steps: Steps): Failure {
  return (writing, error, entry) => {
    if (error instanceof AnswerTooLarge) throw error
    const located = locatedError(error, fieldNodes, pathOf(steps, entry))
    if (isNonNullType(type)) throw located
    writing.errors.push(located)
    return 'null'
  }
}

export function leafWriter(type: GraphQLLeafType): ValueWriter {
  const quick = quickTextOf(type)
  return (writing, value) => {
    const text = quick?.(value)
    if (text != null) return counted(writing, text)
    if (value instanceof Error) throw value
    return counted(writing, leafText(type, value))
  }
}

export function listWriter(type: GraphQLOutputType, facts: FieldFacts, write: ValueWriter, steps: Steps): ValueWriter {
  const writeEntry = settling(write, failureAt(facts, type, steps))
  return (writing, values, around) => {
    if (values instanceof Error) throw values
    if (typeof values !== 'object' || !(Symbol.iterator in (values as object))) {
      throw new Error(`Expected a list for the field ${facts.parentType.name}.${facts.fieldName}.`)
    }
    let text = '['
    let index = 0
    let pieces: Piece[] | null = null
    for (const value of values as Iterable<unknown>) {
      if (index > 0) text += ','
      let written: Piece
      try {
        written = writeEntry(writing, value, { index, around })
      } catch (error) {
        if (pieces) return failAfter(pieces, error)
        throw error
      }
      index += 1
      if (typeof written === 'string') text += written
      else {
        pieces ??= []
        pieces.push(text, written)
        text = ''
      }
    }
    if (pieces === null) return `${text}]`
    pieces.push(`${text}]`)
    return joined(pieces)
  }
}
