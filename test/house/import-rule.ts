/** Which file imports which, and what the house's rule says against it. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Each file of src with the files of ours that it imports, types included. */
export type Imports = ReadonlyMap<string, readonly string[]>

const tools = ['store', 'auth', 'graph', 'observability', 'values']
/** Features by how much they know: each may import those of lower rank, and none of its own. */
const rank: Readonly<Record<string, number>> = {
  ...{ transfers: 5, credit: 4, enrolments: 3, courses: 2, learners: 2, payments: 2, institutions: 1 },
}
/** What adapters speak through: a port is declared by the feature that needs it. */
const ports = [
  'src/courses/course-source.ts',
  'src/learners/account-partner.ts',
  'src/enrolments/registration-partner.ts',
  'src/payments/payment-provider.ts',
]
const importPattern =
  /(?:^|\n)\s*(?:import\s*|(?:import|export)\b[^'"`;]*?\bfrom\s*)['"](\.{1,2}\/[^'"]+)['"]|\bimport\(\s*['"](\.{1,2}\/[^'"]+)['"]/g

/** Reads them all. */
export function importsOfSource(): Imports {
  return new Map(globSync('src/**/*.ts').map((file) => [file, importsOf(file, readFileSync(file, 'utf8'))]))
}

/** The relative imports of one text, as paths from the project's root. */
export function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(importPattern)].map((found) => join(dirname(file), (found[1] ?? found[2]) as string))
}

/** `src/graph/page.ts` lives in `graph`; `src/app.ts` in the root, ''. */
function folderOf(file: string): string {
  return file.split('/').slice(1, -1)[0] ?? ''
}

/** Why one file may not import another; null when it may. */
export function objection(from: string, to: string): string | null {
  const [home, there] = [folderOf(from), folderOf(to)]
  if (home === there || home === '') return null
  const say = (rule: string) => `${from} imports ${to}: ${rule}`
  if (home === 'sandbox') return say('sandbox imports nothing of ours')
  if (home === 'values') return say('values import only values')
  if (there === 'sandbox') return say('the product does not know its sandboxes')
  if (home === 'adapters')
    return there === 'values' || ports.includes(to) ? null : say('adapters import ports and values')
  if (there === 'adapters') return say('only the root knows the adapters')
  if (there === 'http') return say('only the root knows http')
  if (tools.includes(home) || home === 'http') {
    return tools.includes(there) ? null : say(`${home} knows no feature`)
  }
  if (tools.includes(there) || to === 'src/context.ts') return null
  const [mine, theirs] = [rank[home], rank[there]]
  if (mine === undefined) return say(`${home} has no place in the rule`)
  if (theirs === undefined) return say('features import features, tools and the context')
  return theirs < mine ? null : say(`${home} does not know ${there}`)
}

/** The rounds that imports go, each as the list of its files: there should be none. */
export function cyclesIn(imports: Imports): string[][] {
  const seen = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const cycles: string[][] = []
  const visit = (file: string) => {
    if (seen.get(file) === 'open') cycles.push([...path.slice(path.indexOf(file)), file])
    if (seen.has(file)) return
    seen.set(file, 'open')
    path.push(file)
    for (const next of imports.get(file) ?? []) visit(next)
    path.pop()
    seen.set(file, 'done')
  }
  for (const file of imports.keys()) visit(file)
  return cycles
}
