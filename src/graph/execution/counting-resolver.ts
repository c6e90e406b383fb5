/** Reads plain properties for graphql-js, counting long texts against the answer's limit. */
import { defaultFieldResolver, type GraphQLFieldResolver } from 'graphql'
import { AnswerTooLarge } from '../limits/answer-size.ts'

/** Shorter ones are bounded by the cost; names of enum values and decimals may be written shorter than they are kept. */
const COUNTED_FROM_CHARACTERS = 64

/** `tooLarge` hears once, while the rest is still under way; from then on every property fails. */
export function countingResolver(
  allowedBytes: number,
  tooLarge: (error: AnswerTooLarge) => void,
): GraphQLFieldResolver<unknown, unknown> {
  let charactersLeft = allowedBytes
  let stopped: AnswerTooLarge | null = null
  return (source, args, context, info) => {
    if (stopped) throw stopped
    const value = defaultFieldResolver(source, args, context, info)
    if (typeof value === 'string' && value.length >= COUNTED_FROM_CHARACTERS) charactersLeft -= value.length
    if (charactersLeft >= 0) return value
    stopped = new AnswerTooLarge(allowedBytes)
    tooLarge(stopped)
    throw stopped
  }
}
