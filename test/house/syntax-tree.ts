/** Reads a text of TypeScript into its syntax tree, as a flat list of nodes. */
import { parseSync } from '@swc/core'

/** A node as swc makes it: which fields there are depends on its type. */
export interface SyntaxNode {
  readonly type: string
  readonly [field: string]: unknown
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** What a field holds, when that is a node. */
export function child(node: SyntaxNode | null, field: string): SyntaxNode | null {
  const value = node?.[field]
  return isNode(value) ? value : null
}

/** What a field holds, when that is a list: its nodes; those of `{ expression }` for arguments and elements. */
export function children(node: SyntaxNode | null, field: string): SyntaxNode[] {
  const value = node?.[field]
  if (!Array.isArray(value)) return []
  return value.map((one) => (isNode(one) ? one : (one as { expression?: unknown } | null)?.expression)).filter(isNode)
}

/** Every node of the text, each before those inside it. */
export function syntaxOf(text: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  const visit = (value: unknown): void => {
    if (isNode(value)) nodes.push(value)
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner)
  }
  visit(parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2024' }))
  return nodes
}

/** The name that a key, an identifier or a quoted text says; null for what is computed. */
export function nameIn(node: SyntaxNode | null): string | null {
  if (node?.type === 'Computed') {
    const inner = child(node, 'expression')
    return inner?.type === 'StringLiteral' ? nameIn(inner) : null
  }
  return typeof node?.value === 'string' ? node.value : null
}
