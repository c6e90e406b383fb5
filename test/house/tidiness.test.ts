/** Tests the house's small rules: captions, lengths, names and pure decisions. */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'
import { rootFieldsIn } from './root-fields.ts'

const LONGEST_FILE_LINES = 300
const CAPTION_WORDS = 15
const bannedNames = /(^|[/.-])(utils?|helpers?|commons?|types|services?|managers?|index|misc)([/.]|$)/
/** The first word of a comment: of a block of `//` lines that of its first line only. */
const commentStart = /(?:(?<!^ *\/\/.*\n)^ *\/\/ |\/\*\*[\s*]+)([^\s:,;]+)/gm
/** Packages, addresses and identifiers: `graphql-ws`, `docs.stripe.com/testing`, `amountMinor`. */
const spelledSmall = /[a-z0-9][./_-][a-z]|[A-Z]/
/** Clock, randomness, waiting and the process: what a decision must be handed instead. */
const impure =
  /Date\.now|new Date\(\)|Temporal\.Now|Math\.random|random(UUID|Bytes|Int)|performance\.now|\bawait\b|\basync\b|\bprocess\b/

// What is committed or about to be: files that git ignores are nobody's.
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => globSync(file).length > 0)
const read = (file: string): string => readFileSync(file, 'utf8')
const code = (file: string): string => read(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

describe('every file', () => {
  it('is looked at', () => {
    expect(files.filter((file) => file.startsWith('src/')).length).toBeGreaterThan(200)
    expect(files.filter((file) => file.startsWith('test/')).length).toBeGreaterThan(100)
  })

  it('opens with one sentence that says what it is for', () => {
    const silent = files.filter((file) => !/^\/\*\* \S.*[^.]\. \*\/\n/.test(read(file)))
    expect(silent).toEqual([])
  })

  it(`says so in at most ${CAPTION_WORDS} words, the first of them a verb`, () => {
    const captions = files.map((file) => [file, read(file).split(' */', 1)[0]?.slice('/** '.length) ?? ''] as const)
    expect(captions.filter(([, caption]) => caption.split(/\s+/).length > CAPTION_WORDS)).toEqual([])
    expect(captions.filter(([, caption]) => !/^[A-Z][a-z]+s,? /.test(caption))).toEqual([])
  })

  it(`has at most ${LONGEST_FILE_LINES} lines`, () => {
    const long = files.map((file) => [file, read(file).split('\n').length - 1] as const)
    expect(long.filter(([, lines]) => lines > LONGEST_FILE_LINES)).toEqual([])
  })

  it('begins its comments with a capital, unless with a name that is spelt without', () => {
    const small = files.flatMap((file) =>
      [...read(file).matchAll(commentStart)]
        .filter(([, word]) => /^[a-z]/.test(word as string) && !spelledSmall.test(word as string))
        .map(([, word]) => `${file}: ${word}`),
    )
    expect(small).toEqual([])
  })

  it('is named in kebab-case after a noun or verb, never after a drawer', () => {
    const named = files.filter((file) => /^(src|test)\//.test(file))
    expect(named.filter((file) => bannedNames.test(file))).toEqual([])
    expect(named.filter((file) => !/^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(basename(file)))).toEqual([])
  })
})

describe('deciding', () => {
  const deciding = files.filter((file) => /^src\/.*\.(rules|states)\.ts$/.test(file))

  it('is pure: rules and states ask no clock, no chance, no process, and wait for nothing', () => {
    expect(deciding.length).toBeGreaterThan(20)
    const found = deciding.flatMap((file) =>
      (impure.exec(code(file)) ?? []).slice(0, 1).map((what) => `${file}: ${what}`),
    )
    expect(found).toEqual([])
  })

  it('moves a status by a table that has a test of its own', () => {
    const tests = globSync('test/rules/*.test.ts').map(read).join('\n')
    expect(deciding.filter((file) => file.endsWith('.states.ts') && !tests.includes(basename(file)))).toEqual([])
  })
})

describe('permissions', () => {
  it('are asked where data is loaded: @Authorized does nothing on fields that are read plainly', () => {
    expect(files.filter((file) => file.startsWith('src/') && /@Authorized\b/.test(code(file)))).toEqual([])
  })
})

describe('every root field', () => {
  const schema = buildSchema(read('schema.graphql'))
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }
  const fields = Object.entries(types).flatMap(([operation, type]) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${operation} ${name}`),
  )
  const programs = globSync('test/{graph,stories}/*.test.ts').map(read)
  const asked = new Set(programs.flatMap((program) => [...rootFieldsIn(program), ...stepsIn(program)]))

  it.each(fields)('%s is asked by a test under test/graph or test/stories', (field) => {
    expect([...asked]).toContain(field)
  })

  it('is not taken for asked when a field of that name lies deeper, or in another kind of operation', () => {
    const program = "ask('{ courses { nodes { id } } }', `mutation { enrol(input: $i) { node { id } } }`)"
    expect([...rootFieldsIn(program)]).toEqual(['query courses', 'mutation enrol'])
  })

  /** The common steps are named after the mutation that they ask. */
  function stepsIn(program: string): string[] {
    const [, names = ''] = /import \{([^}]*)\} from '[./]*\/support\/world\/study.ts'/.exec(program) ?? []
    const steps = [...read('test/support/world/study.ts').matchAll(/ mutate\(world, persona, '(\w+)'/g)]
    return steps.flatMap(([, name]) => (names.split(/\W+/).includes(name as string) ? [`mutation ${name}`] : []))
  }
})
