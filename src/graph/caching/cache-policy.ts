/** Computes for how long an operation's answers may be cached, from its root fields. */
import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql'

/** Value of Cache-Control for an anonymous caller's answer without errors; null when nobody may keep it. */
export type CachePolicy = (document: DocumentNode, operation: OperationDefinitionNode) => string | null

/**
 * A policy by the root fields of queries, in seconds. An operation is kept as long as its shortest field allows, and not at
 * all when one of its fields is not listed, or when anything in the document is named as one of `never`.
 */
export function publicFor(
  secondsOf: Readonly<Record<string, number>>,
  never: ReadonlySet<string> = new Set(),
): CachePolicy {
  return (document, operation) => {
    if (operation.operation !== OperationTypeNode.QUERY || names(document, never)) return null
    const seconds = [...rootFields(document, operation.selectionSet)].map((name) => secondsOf[name] ?? 0)
    const least = Math.min(...seconds)
    return least > 0 && Number.isFinite(least) ? `public, max-age=${least}, stale-while-revalidate=${least}` : null
  }
}

function names(document: DocumentNode, fields: ReadonlySet<string>): boolean {
  let found = false
  visit(document, {
    Field: ({ name }) => {
      found ||= fields.has(name.value)
    },
  })
  return found
}

function* rootFields(document: DocumentNode, { selections }: SelectionSetNode): Generator<string> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield selection.name.value
    else if (selection.kind === Kind.INLINE_FRAGMENT) yield* rootFields(document, selection.selectionSet)
    else {
      for (const part of document.definitions) {
        if (part.kind !== Kind.FRAGMENT_DEFINITION || part.name.value !== selection.name.value) continue
        yield* rootFields(document, part.selectionSet)
      }
    }
  }
}
