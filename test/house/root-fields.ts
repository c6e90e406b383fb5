/** Finds the root fields that a program's GraphQL documents ask for. */
import { parseSync } from '@swc/core'
import { type OperationDefinitionNode, parse } from 'graphql'

/** What may stand where a template is filled in: a value or field, an argument, nothing, a selection. */
const FILLINGS = ['x', 'x: 1', '', '{ x }']

/** The root fields of every text in the program that is an operation, as `query courses`. */
export function rootFieldsIn(program: string): Set<string> {
  const { body } = parseSync(program, { syntax: 'typescript' })
  return new Set([...textsIn(body)].flatMap(operationsIn).flatMap(rootFieldsOf))
}

/** Each text between its quotes, cut where something is filled in. */
function* textsIn(node: unknown): Generator<string[]> {
  if (node === null || typeof node !== 'object') return
  const { type, value, quasis } = node as { type?: string; value?: string; quasis?: { cooked: string }[] }
  if (type === 'StringLiteral') yield [value as string]
  else if (type === 'TemplateLiteral') yield (quasis ?? []).map(({ cooked }) => cooked)
  for (const inner of Object.values(node)) yield* textsIn(inner)
}

function operationsIn(text: string[]): OperationDefinitionNode[] {
  for (const filling of FILLINGS) {
    try {
      return parse(text.join(filling)).definitions.filter((one) => one.kind === 'OperationDefinition')
    } catch {}
  }
  return []
}

function rootFieldsOf({ operation, selectionSet }: OperationDefinitionNode): string[] {
  return selectionSet.selections.flatMap((one) => (one.kind === 'Field' ? [`${operation} ${one.name.value}`] : []))
}
