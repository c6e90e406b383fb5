/** Tests that frontend types generated from schema.graphql refuse wrong uses. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSchema, isScalarType, isSpecifiedScalarType, parse } from 'graphql'
import { readManifestFile } from '../../src/graph/limits/trusted-manifest.ts'
import config from './codegen.ts'

let project: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'codegen-'))
  const copied = ['codegen.ts', 'tsconfig.json', 'src']
  await Promise.all([
    ...copied.map((name) => cp(join(import.meta.dirname, name), join(project, name), { recursive: true })),
    cp('schema.graphql', join(project, 'schema.graphql')),
    symlink(resolve('node_modules'), join(project, 'node_modules')),
  ])
  expect(await run('graphql-codegen', '--config', 'codegen.ts')).toMatchObject({ failed: false })
}, 60_000)
afterAll(() => rm(project, { recursive: true, force: true }))

/** One of the installed commands, in the frontend's project. */
async function run(command: string, ...args: string[]): Promise<{ failed: boolean; said: string }> {
  const bin = join('node_modules', '.bin', command)
  // Not as in a test, in which it would not say what is wrong.
  const env = { PATH: process.env.PATH }
  const done = promisify(execFile)(process.execPath, [bin, ...args], { cwd: project, env })
  return done.then(
    ({ stdout, stderr }) => ({ failed: false, said: stdout + stderr }),
    ({ stdout, stderr }) => ({ failed: true, said: stdout + stderr }),
  )
}

const types = () => run('tsc', '-p', 'tsconfig.json')

it('real operations of every kind are generated, and what is done with their answers compiles', async () => {
  expect(await types()).toEqual({ failed: false, said: '' })
  const manifest = await readManifestFile(join(project, 'src', 'gql', 'persisted-documents.json'))
  const operations = [...manifest.values()].flatMap((text) =>
    parse(text).definitions.flatMap((part) =>
      part.kind === 'OperationDefinition' ? [`${part.operation} ${part.name?.value}`] : [],
    ),
  )
  expect(operations.sort()).toEqual([
    'mutation Enrol',
    'query Catalogue',
    'query Checks',
    'subscription EnrolmentUpdated',
  ])
})

const wrongUses: [what: string, error: string, code: string][] = [
  ['a field that was not asked for', 'TS2339', '(answer: ResultOf<typeof catalogue>) => answer.courses?.facets'],
  [
    'a field of a fragment that was not read',
    'TS2339',
    '(answer: ResultOf<typeof catalogue>) => answer.courses?.nodes[0]?.title',
  ],
  ['an enum value that there is not, sent', 'TS2322', "(): VariablesOf<typeof catalogue> => ({ orderBy: 'CHEAPEST' })"],
  [
    'an enum value that there is not, expected',
    'TS2367',
    "(answer: ResultOf<typeof enrolmentUpdated>) => answer.enrolmentUpdated.status === 'FINISHED'",
  ],
  [
    'a code with which nothing is refused',
    'TS2367',
    "(error: DocumentType<typeof refusal>) => error.code === 'RUN_IS_FULL'",
  ],
  [
    'an enum that is taken to be complete',
    'TS2366',
    `(answer: ResultOf<typeof checks>): string => {
      const [check] = answer.transferEligibilityBatch ?? []
      if (check?.__typename !== 'TransferEligibility') return ''
      switch (check.outcome) {
        case 'ELIGIBLE': case 'SUBJECT_TO_AGREEMENT': case 'NEEDS_REVIEW': case 'INELIGIBLE': case 'NO_AGREEMENT':
        case 'NOT_PARTICIPATING': return check.outcome
      }
    }`,
  ],
  [
    'a decimal that is taken for a number',
    'TS2362',
    `(answer: ResultOf<typeof checks>) => {
      const [check] = answer.transferEligibilityBatch ?? []
      return check?.__typename === 'TransferEligibility' ? check.transferable * 2 : 0
    }`,
  ],
  [
    'a member of a union that was not looked at',
    'TS2339',
    '(answer: ResultOf<typeof checks>) => answer.transferEligibilityBatch?.[0]?.userErrors',
  ],
  [
    'a variable that is missing',
    'TS2739',
    '(): VariablesOf<typeof enrol> => ({ input: { courseRunId: "x", returnUrl: "y", termsAccepted: true } })',
  ],
  ['an id that is a number', 'TS2322', '(): VariablesOf<typeof enrolmentUpdated> => ({ enrolmentId: 7 })'],
  ['a null that is not thought of', 'TS18047', '(answer: ResultOf<typeof enrol>) => answer.enrol.userErrors'],
]

describe('what does not compile:', () => {
  let said: string
  beforeAll(async () => {
    const head = `import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core'
      import type { catalogue } from './catalogue'
      import type { enrol, enrolmentUpdated, refusal } from './enrolment'
      import type { DocumentType } from './gql'
      import type { checks } from './transfer'
      export const wrong = `
    await Promise.all(
      wrongUses.map(([, , code], n) => writeFile(join(project, 'src', `wrong-${n}.ts`), `${head}${code}\n`)),
    )
    said = (await types()).said
  })

  it.each(wrongUses.map(([what, error], n) => ({ what, error, n })))('$what ($error)', ({ error, n }) => {
    expect(said.split('\n').filter((line) => line.startsWith(`src/wrong-${n}.ts`))).toEqual([
      expect.stringContaining(error),
    ])
  })

  it('and nothing else', () => {
    const files = said.split('\n').flatMap((line) => /^(src\/\S+\.ts)\(/.exec(line)?.[1] ?? [])
    expect(files.filter((file) => !file.startsWith('src/wrong-'))).toEqual([])
  })
})

it('a document that asks for what there is not generates nothing', async () => {
  const document = 'query Wrong { courses { nodes { id colour } } }'
  await writeFile(
    join(project, 'src', 'wrong-document.ts'),
    `import { graphql } from './gql'\ngraphql(\`${document}\`)\n`,
  )
  const { failed, said } = await run('graphql-codegen', '--config', 'codegen.ts')
  expect(failed).toBe(true)
  expect(said).toContain('Cannot query field "colour" on type "Course"')
})

describe('the configuration', () => {
  it('knows every scalar of the graph', async () => {
    const schema = buildSchema(await readFile('schema.graphql', 'utf8'))
    const scalars = Object.values(schema.getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type),
    )
    const { config: options } = config.generates['src/gql/'] as { config: { scalars: object } }
    expect(Object.keys(options.scalars).sort()).toEqual(['ID', ...scalars.map(({ name }) => name)].sort())
  })

  it('is the one that src/http/README.md shows', async () => {
    const text = await readFile(join(import.meta.dirname, 'codegen.ts'), 'utf8')
    const [shown] =
      /(?<=```ts\n)import type \{ CodegenConfig[\s\S]*?(?=```)/.exec(await readFile('src/http/README.md', 'utf8')) ?? []
    expect(shown).toBe(text.slice(text.indexOf('import')))
  })
})
