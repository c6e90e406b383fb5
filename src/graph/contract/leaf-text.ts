/** Writes leaf values as JSON text, by a short cut where they are plain. */
import { GraphQLBoolean, GraphQLID, GraphQLInt, type GraphQLLeafType, GraphQLString, isEnumType } from 'graphql'

/** Anything but what stands in JSON as it is. */
const needsEscapes = /[^ !#-[\]-\ud7ff]/

/** A text as JSON has it. */
const quoted = (text: string): string => (needsEscapes.test(text) ? JSON.stringify(text) : `"${text}"`)

/** The JSON of a value that is there and plain; null when a closer look is needed. Throws nothing. */
export type QuickText = (value: unknown) => string | null

export const quickTextOfTexts: QuickText = (value) => (typeof value === 'string' ? quoted(value) : null)
const whole: QuickText = (value) => (typeof value === 'number' && (value | 0) === value ? `${value | 0}` : null)
const truth: QuickText = (value) => (typeof value === 'boolean' ? `${value}` : null)

/** For types whose values can be told without asking the type; null for others. Scalars of ours bring their own. */
export function quickTextOf(type: GraphQLLeafType): QuickText | null {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name, value }) => [value, `"${name}"`]))
    return (value) => texts.get(value) ?? null
  }
  if (type === GraphQLString || type === GraphQLID) return quickTextOfTexts
  if (type === GraphQLInt) return whole
  if (type === GraphQLBoolean) return truth
  return (type.extensions.quickText as QuickText | undefined) ?? null
}

/** What the type makes of any value, as JSON. Throws when the type will not have it. */
export function leafText(type: GraphQLLeafType, value: unknown): string {
  const given = type.serialize(value)
  if (typeof given === 'string') return quoted(given)
  if (given == null) throw new Error(`${type.name} makes nothing of what was answered.`)
  return JSON.stringify(given)
}
