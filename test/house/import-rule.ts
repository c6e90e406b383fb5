/** Finds which file imports which and what the house's rule objects to. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Each file of src with the files of ours that it imports, types included. */
export type Imports = ReadonlyMap<string, readonly string[]>

/** Tools by rank: each may import its own folder, and those of lower rank. */
const toolRank: Readonly<Record<string, number>> = {
  values: 0,
  auth: 2,
  'graph/contract': 1,
  observability: 3,
  reading: 4,
  store: 5,
  graph: 6,
  http: 7,
}
/** Features by how much they know: each may import those of lower rank, and none of its own. */
const featureRank: Readonly<Record<string, number>> = {
  institutions: 1,
  cases: 1,
  messages: 1,
  courses: 2,
  learners: 2,
  payments: 2,
  enrolments: 3,
  'partner-inbox': 4,
  credit: 5,
  casework: 5,
  transfers: 6,
}
/** What adapters speak through: a port is declared by the feature that needs it. */
const ports = [
  'src/courses/course-source.ts',
  'src/learners/account-partner.ts',
  'src/enrolments/registration-partner.ts',
  'src/payments/payment-provider.ts',
  'src/messages/mail-sender.ts',
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

/** `src/reading/list.ts` lives in `reading`, `src/graph/contract/page.ts` in `graph/contract`; `src/app.ts` in the root, ''. */
function folderOf(file: string): string {
  if (file.startsWith('src/graph/contract/')) return 'graph/contract'
  return file.split('/').slice(1, -1)[0] ?? ''
}

/** Why one file may not import another; null when it may. */
export function objection(from: string, to: string): string | null {
  const [home, there] = [folderOf(from), folderOf(to)]
  const refuse = (rule: string) => `${from} imports ${to}: ${rule}`
  if (from.startsWith('src/transfers/engine/') && there !== 'values' && !to.startsWith('src/transfers/engine/')) {
    return refuse('the engine imports values only')
  }
  if (home === there || home === '' || home === 'commands') return null
  if (home === 'sandbox') return refuse('sandbox imports nothing of ours')
  if (there === 'sandbox') return refuse('the product does not know its sandboxes')
  if (home === 'adapters')
    return there === 'values' || ports.includes(to) ? null : refuse('adapters import ports and values')
  if (there === 'adapters') return refuse('only the root knows the adapters')
  if (there === 'http') return refuse('only the root knows http')
  const mine = toolRank[home]
  if (mine !== undefined) {
    const theirs = toolRank[there]
    if (theirs === undefined) return refuse(`${home} knows no feature`)
    return theirs < mine ? null : refuse(`${home} does not know ${there}`)
  }
  if (there in toolRank || to === 'src/context.ts') return null
  return featureObjection(home, there, refuse)
}

function featureObjection(home: string, there: string, refuse: (rule: string) => string): string | null {
  const [mine, theirs] = [featureRank[home], featureRank[there]]
  if (mine === undefined) return refuse(`${home} has no place in the rule`)
  if (theirs === undefined) return refuse('features import features, tools and the context')
  return theirs < mine ? null : refuse(`${home} does not know ${there}`)
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
