/** Tests that no module keeps a list that calls elsewhere fill. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { child, children, nameIn, type SyntaxNode, syntaxOf } from './syntax-tree.ts'

/** Lists of modules that are filled all the same, and why nothing hangs on who fills them. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/enrolments/pay.ts: opening': 'Calls under way, each gone with its answer.',
  'src/graph/contract/global-id.ts: rooms': 'A memo by the name of a type.',
  'src/graph/contract/scalars.ts: dayTexts': 'A memo by the day.',
  'src/graph/schema-build/call-directly.ts: instances': 'The one object of each resolver class.',
  'src/sandbox/sandboxes.ts: open': 'A program that nobody imports: what it closes at its end.',
  'src/sandbox/world.ts: running': 'A program that nobody imports: what it stops at its end.',
  'src/values/money.ts: exponentOfCurrency': 'Made by the lines below it, as the module starts.',
  'src/values/money.ts: formatters': 'A memo by the currency.',
}
const FILLING: ReadonlySet<unknown> = new Set(['push', 'unshift', 'splice', 'set', 'add'])

/** The lists, sets, maps and records of the text's own level, or of another module, that something in it fills. */
function filledLists(text: string): string[] {
  // Spares most texts the parser.
  if (!/\.(?:push|unshift|splice|set|add)\(|(?:\]|(?<!this)\.\w+) (?:\?\?)?= /.test(text)) return []
  const nodes = syntaxOf(text)
  const kept = new Set<unknown>()
  for (const statement of children(nodes[0] ?? null, 'body')) {
    const declaration = child(statement, 'declaration') ?? statement
    for (const { id, init } of children(declaration, 'declarations') as unknown as Record<'id' | 'init', SyntaxNode>[])
      if (isCollection(init)) kept.add(nameIn(id))
    const isOurs = statement.type === 'ImportDeclaration' && nameIn(child(statement, 'source'))?.startsWith('.')
    for (const one of isOurs ? children(statement, 'specifiers') : []) kept.add(nameIn(child(one, 'local')))
  }
  return [...new Set(nodes.map(filledBy).filter((name) => kept.has(name)))].toSorted() as string[]
}

function isCollection(init: SyntaxNode | null): boolean {
  const made = init?.type === 'NewExpression' && nameIn(child(init, 'callee'))
  return made === 'Map' || made === 'Set' || init?.type === 'ArrayExpression' || init?.type === 'ObjectExpression'
}

/** `list.push(…)`, `list[key] = …`, `list.key = …`: list. */
function filledBy(node: SyntaxNode): string | null {
  const isCall = node.type === 'CallExpression'
  const member = isCall || node.type === 'AssignmentExpression' ? child(node, isCall ? 'callee' : 'left') : null
  if (member?.type !== 'MemberExpression') return null
  if (isCall && !FILLING.has(nameIn(child(member, 'property')))) return null
  return nameIn(child(member, 'object'))
}

it('no module of the source keeps a list that is filled, but for memos and programs', () => {
  const found = globSync('src/**/*.ts').flatMap((file) =>
    filledLists(readFileSync(file, 'utf8')).map((name) => `${file}: ${name}`),
  )
  expect(found.toSorted()).toEqual(Object.keys(ALLOWED))
})

describe('a list is found', () => {
  it.each([
    ['that a call fills', 'const parts: Part[] = []\nexport function addPart(part: Part) { parts.push(part) }'],
    ['that is not empty at first', 'const parts = [one]\nexport const add = (part: Part) => { parts.unshift(part) }'],
    ['that is a set', 'export const parts = new Set<Part>()\nexport const add = (part: Part) => parts.add(part)'],
    ['that is a map', 'const parts = new Map()\nfunction add(name: string, part: Part) { parts.set(name, part) }'],
    ['that is a record', 'const parts: Record<string, Part> = {}\nfunction add(n: string, p: Part) { parts[n] = p }'],
    ['of another module', `import { parts } from './parts.ts'\nparts.push(mine)`],
  ])('%s', (_what, text) => {
    expect(filledLists(text)).toEqual(['parts'])
  })

  it.each([
    ['one that nobody fills', 'const parts = [one, two]\nexport const all = () => parts.map(read)'],
    ['one of a call', 'export function all() { const parts = []; parts.push(one); return parts }'],
    ['a memory of bounded size', 'const parts = new LRUCache({ max: 9 })\nparts.set(name, part)'],
    ['a library', `import registry from 'prom-client'\nregistry.set(name, part)`],
  ])('not %s', (_what, text) => {
    expect(filledLists(text)).toEqual([])
  })
})
