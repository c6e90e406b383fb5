/** Recognises errors that graphql-js abandons once another list entry has failed. */
import { GraphQLError } from 'graphql'

/**
 * graphql-js 16 gives up a list at the first entry that may not be null and is, without waiting for the entries before it.
 * Should one of those fail too, its error reaches nobody, and Node ends the process for it. It has its place in an answer,
 * which tells it from every other rejection that nobody handles: those still end the process.
 */
export function isLetGo(reason: unknown): boolean {
  return reason instanceof GraphQLError && reason.path !== undefined
}
