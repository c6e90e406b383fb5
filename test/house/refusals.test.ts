/** Tests that each mutation lists exactly the refusals that its code can answer with. */
import 'reflect-metadata'
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLEnumType, type GraphQLInterfaceType, valueFromASTUntyped } from 'graphql'
import { refusalsByMutation } from '../../src/graph/contract/refuses.ts'
import { buildGraph } from '../../src/schema.ts'

const published = buildSchema(readFileSync('schema.graphql', 'utf8'))
const listed = refusalsByMutation(buildGraph())
const mutations = Object.values(published.getMutationType()?.getFields() ?? {})

describe.each(mutations.map((field) => [field.name, field] as const))('%s', (name, { astNode, description }) => {
  const types = listed[name]?.map(({ type }) => type) ?? []

  it('says its refusals in the text of the schema and in its description', () => {
    const said = astNode?.directives?.find((one) => one.name.value === 'refusals')?.arguments?.[0]?.value
    expect(types.length).toBeGreaterThan(0)
    expect(said && valueFromASTUntyped(said)).toEqual(types)
    expect(/ Refuses with (.*)\.$/.exec(description ?? '')?.[1]?.split(/, | or /)).toEqual(types)
  })

  it('names types of the schema, with codes of its enum', () => {
    const possible = published.getPossibleTypes(published.getType('UserError') as GraphQLInterfaceType)
    expect(possible.map((type) => type.name)).toEqual(expect.arrayContaining(types))
    const codes = (published.getType('RefusalCode') as GraphQLEnumType).getValues().map((value) => value.name)
    expect(codes).toEqual(expect.arrayContaining(listed[name]?.map(({ code }) => code) ?? []))
  })
})

it('every refusal is one that some mutation answers with', () => {
  const possible = published.getPossibleTypes(published.getType('UserError') as GraphQLInterfaceType)
  const all = new Set(Object.values(listed).flatMap((refusals) => refusals.map(({ type }) => type)))
  expect(possible.map(({ name }) => name).filter((name) => !all.has(name))).toEqual([])
})

/** A name that was written would hold for the compiler whether or not it is ever returned. */
it('no function says by hand which refusals it returns', () => {
  const files = globSync('src/**/*.ts').filter((file) => /\bRefusal<\s*['"]/.test(readFileSync(file, 'utf8')))
  expect(files).toEqual([])
})

/** The compiler knows only the function that is named: the mutation has to be done by that one. */
it('each mutation calls the function whose refusals it lists', () => {
  const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'))
  const methods = sources.flatMap((text) => [...text.matchAll(/^ {2}@Refuses<typeof (\w+)>[\s\S]*?^ {2}\}$/gm)])
  expect(methods).toHaveLength(mutations.length)
  const others = methods.filter(([method, deed]) => !method.includes(`await ${deed}(`))
  expect(others.map(([method]) => method)).toEqual([])
})

describe('a list', () => {
  const contract = resolve('src/graph/contract')
  const wrong: readonly (readonly [what: string, list: string, says: RegExp | null])[] = [
    ['of what the function returns compiles', 'Refuses<typeof deed>({ NotFound, TooComplex })', null],
    ['that lacks one does not compile', 'Refuses<typeof deed>({ NotFound })', /'TooComplex' is missing/],
    [
      'with one that is never returned does not compile',
      'Refuses<typeof deed>({ Forbidden, NotFound, TooComplex })',
      /'Forbidden' does not exist/,
    ],
    [
      'with one under the name of another does not compile',
      'Refuses<typeof deed>({ NotFound, TooComplex: NotFound })',
      /"NotFound"[\s\S]*"TooComplex"/,
    ],
    [
      'of a function that does not say its types does not compile',
      'Refuses<typeof vague>({ NotFound })',
      /leave its return type to the compiler/,
    ],
  ]
  const head = `import { Refuses } from '${contract}/refuses.ts'
import { Forbidden, NotFound, type Refusal, refusal, TooComplex } from '${contract}/user-error.ts'
export const known = Forbidden
export async function deed(at: number) {
  if (at === 0) return { refusals: [] }
  const first = at > 2 ? refusal(NotFound, {}, '') : null
  return { refusals: [first ?? refusal(TooComplex, {}, '')] }
}
export async function vague(): Promise<{ refusals: Refusal[] }> {
  return deed(1)
}
`

  function compilerSays(): string {
    const folder = mkdtempSync(join(tmpdir(), 'refusals-'))
    try {
      wrong.forEach(([, list], n) => {
        writeFileSync(join(folder, `list-${n}.ts`), `${head}export const list = ${list}\n`)
      })
      const options = {
        extends: resolve('tsconfig.json'),
        include: ['*.ts'],
        exclude: [],
        compilerOptions: { typeRoots: [resolve('node_modules/@types')], rewriteRelativeImportExtensions: false },
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
      execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], {
        encoding: 'utf8',
        stdio: 'pipe',
      })
      return ''
    } catch (error) {
      return (error as { stdout: string }).stdout
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  const said = compilerSays()

  it.each(wrong.map(([what, , says], n) => ({ what, says, n })))('$what', ({ says, n }) => {
    const errors = said.split(/\n(?=\S)/).filter((error) => error.includes(`list-${n}.ts(`))
    expect(errors).toEqual(says === null ? [] : [expect.stringMatching(says)])
  })

  it('is judged by nothing else', () => {
    expect(said.split(/\n(?=\S)/).filter((error) => error !== '' && !/list-\d\.ts\(/.test(error))).toEqual([])
  })
})
