/** Imports run one way: from the features that depend to those that are depended on, and never in a circle. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from '@jest/globals'

const tools = ['values', 'store', 'auth', 'graph', 'observability']
/** A folder may import those of lower storeys, and itself. */
const storeys = [
  tools,
  ['institutions'],
  ['courses', 'learners', 'payments'],
  ['enrolments'],
  ['credit'],
  ['transfers'],
]
const ports = ['payment-provider.ts', 'course-source.ts', 'account-partner.ts', 'registration-partner.ts']
/** What every feature is handed; itself it imports only ports. */
const context = 'src/context.ts'

const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.d.ts'))
const imports = new Map(files.map((file) => [file, importsOf(file)]))

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found = text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)
  return [...found].map(([, path]) => normalize(join(dirname(file), path as string)))
}

/** The folder under src that decides what a file may import; empty for the root files, which join everything. */
const folderOf = (file: string) => (file.split('/').length > 2 ? (file.split('/')[1] as string) : '')
const storeyOf = (folder: string) => storeys.findIndex((folders) => folders.includes(folder))

function isAllowed(file: string, target: string): boolean {
  const [from, to] = [folderOf(file), folderOf(target)]
  if (from === '' || from === to) return true
  if (from === 'sandbox') return false
  if (target === context) return storeyOf(from) > 0
  if (from === 'values' || to === '') return false
  if (from === 'adapters') return to === 'values' || ports.includes(target.split('/').at(-1) as string)
  if (from === 'http') return tools.includes(to)
  if (storeyOf(to) === 0) return true
  return storeyOf(from) > storeyOf(to) && storeyOf(to) > 0
}

it('every import goes down, or stays in its folder', () => {
  const wrong = files.flatMap((file) =>
    (imports.get(file) as string[]).filter((target) => !isAllowed(file, target)).map((target) => `${file} → ${target}`),
  )
  expect(wrong).toEqual([])
})

it('no file imports itself by way of others, types included', () => {
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

it('the environment is read in one place', () => {
  const readers = files.filter((file) => /process\.env/.test(readFileSync(file, 'utf8')))
  expect(readers.filter((file) => file !== 'src/config.ts' && !file.startsWith('src/sandbox/'))).toEqual([])
})

it('what decides is pure: no clock, no chance, no waiting', () => {
  const pure = files.filter((file) => /\.(rules|states)\.ts$/.test(file))
  const impure = pure.filter((file) =>
    /Date\.now|new Date\(\)|Math\.random|\bawait\b|\bprocess\./.test(readFileSync(file, 'utf8')),
  )
  expect(pure.length).toBeGreaterThan(20)
  expect(impure).toEqual([])
})

it('each file opens with one sentence and ends before its 251st line', () => {
  const odd = files.filter((file) => {
    const lines = readFileSync(file, 'utf8').split('\n')
    return !/^\/\*\* .+[.!?] \*\/$/.test(lines[0] as string) || lines.length > 251
  })
  expect(odd).toEqual([])
})
