/** Finds the path of a literal in its document, named as inputs are. */
import { type ASTNode, BREAK, type DocumentNode, Kind, parse, type Source, visit } from 'graphql'

/** Nobody's inputs are deeper. */
const MOST_STEPS = 10
/** Errors do not lead to their document: it is read once more, for all of them. */
const documents = new WeakMap<Source, DocumentNode>()

function documentOf(source: Source): DocumentNode {
  const document = documents.get(source) ?? parse(source)
  documents.set(source, document)
  return document
}

/** Of the argument or variable that it is in: its name, then those of input fields and the places in lists. */
export function literalPath(literal: ASTNode): string[] {
  const { kind, loc } = literal
  let found: string[] = []
  if (loc === undefined) return found
  visit(documentOf(loc.source), {
    enter(node, _key, parent, _path, ancestors) {
      if (node.kind !== kind || node.loc?.start !== loc.start) return undefined
      found = namesIn([...ancestors, ...(parent === undefined ? [] : [parent]), node]).slice(0, MOST_STEPS)
      return BREAK
    },
  })
  return found
}

function namesIn(chain: readonly (ASTNode | readonly ASTNode[])[]): string[] {
  return chain.flatMap((step, at) => {
    if (!('kind' in step)) return isListValue(chain[at - 1]) ? [`${step.indexOf(chain[at + 1] as ASTNode)}`] : []
    if (step.kind === Kind.ARGUMENT || step.kind === Kind.OBJECT_FIELD) return [step.name.value]
    return step.kind === Kind.VARIABLE_DEFINITION ? [step.variable.name.value] : []
  })
}

const isListValue = (step: ASTNode | readonly ASTNode[] | undefined) =>
  step !== undefined && 'kind' in step && step.kind === Kind.LIST
