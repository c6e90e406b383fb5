/** Finds what an operation selects below a field, once for each document. */
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/** Names of fields from somewhere on, with dots between them: `run`, `run.course`. */
export type Wanted = ReadonlySet<string>

export const nothingWanted: Wanted = new Set()

type Fragments = GraphQLResolveInfo['fragments']

/** Below this nothing is looked for: deeper fields are not joined. */
const LOOK_AHEAD_LEVELS = 6

const foundBelow = new WeakMap<FieldNode, Wanted>()

function collect(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  path: string,
  depth: number,
  into: Set<string>,
) {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = path + selection.name.value
      into.add(name)
      if (selection.selectionSet && depth < LOOK_AHEAD_LEVELS) {
        collect(selection.selectionSet, fragments, `${name}.`, depth + 1, into)
      }
      continue
    }
    const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]
    if (part) collect(part.selectionSet, fragments, path, depth, into)
  }
}

function below(node: FieldNode, fragments: Fragments): Wanted {
  const known = foundBelow.get(node)
  if (known) return known
  const found = new Set<string>()
  if (node.selectionSet) collect(node.selectionSet, fragments, '', 1, found)
  foundBelow.set(node, found)
  return found
}

/**
 * Every field that may be asked for below the one that is being resolved. Conditions (`@skip`, types of fragments) are not
 * looked at: something may be named that this request does not ask for, nothing is left out.
 */
export function wantedBelow({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Wanted {
  if (fieldNodes.length === 1) return below(fieldNodes[0]!, fragments)
  return new Set(fieldNodes.flatMap((node) => [...below(node, fragments)]))
}

const foundOnRows = new WeakMap<Wanted, Wanted>()
const rowPaths = ['nodes.', 'edges.node.']

/** The same from the entries of a connection on, whichever way they are asked for. */
export function wantedOfRows(info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>): Wanted {
  const wanted = wantedBelow(info)
  let found = foundOnRows.get(wanted)
  if (!found) {
    found = new Set(
      [...wanted].flatMap((name) =>
        rowPaths.filter((path) => name.startsWith(path)).map((path) => name.slice(path.length)),
      ),
    )
    foundOnRows.set(wanted, found)
  }
  return found
}
