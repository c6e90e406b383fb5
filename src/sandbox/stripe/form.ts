/** Parses Stripe's form encoding into nested objects and lists. */

export type FormValue = string | FormValue[] | { [key: string]: FormValue }
export type Form = { [key: string]: FormValue }

interface Node {
  text?: string
  children?: Map<string, Node>
}

/** Decodes a query or a body. Later values win, as at Stripe; lists keep the order of their indexes. */
export function decodeForm(text: string): Form {
  const root: Node = { children: new Map() }
  for (const [name, value] of new URLSearchParams(text)) place(root, pathOf(name), value)
  return asForm(root.children as Map<string, Node>)
}

/** The bracketed name of a path, as Stripe's errors write it: `line_items[0][price_data]`. */
export function bracketed(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path.map(String)
  return `${first ?? ''}${rest.map((part) => `[${part}]`).join('')}`
}

function pathOf(name: string): string[] {
  const open = name.indexOf('[')
  if (open <= 0 || !name.endsWith(']')) return [name]
  return [name.slice(0, open), ...name.slice(open + 1, -1).split('][')]
}

function place(node: Node, path: string[], value: string): void {
  const [head, ...rest] = path as [string, ...string[]]
  node.children ??= new Map()
  const key = head === '' ? String(node.children.size) : head
  const child = node.children.get(key) ?? {}
  node.children.set(key, child)
  if (rest.length > 0) place(child, rest, value)
  else child.text = value
}

function asForm(children: Map<string, Node>): Form {
  return Object.fromEntries([...children].map(([key, child]) => [key, asValue(child)]))
}

function asValue(node: Node): FormValue {
  if (node.children === undefined) return node.text ?? ''
  const keys = [...node.children.keys()]
  if (!keys.every((key) => /^\d+$/.test(key))) return asForm(node.children)
  return [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => asValue(child))
}
