/** Tests that a breaking schema change is found until it is declared. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { compareWithGit } from './schema-changes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-changes-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const before = 'type Query { courses(first: Int): [String!]! course: String }\nenum Level { LOW HIGH }\n'
const grown = before.replace('course: String', 'course: String more(of: Int): Level').replace('HIGH', 'HIGH HIGHER')
const broken = before.replace(' course: String', '').replace('LOW ', '')
const changes = ['Query.course was removed.', 'LOW was removed from enum type Level.']

function git(...args: string[]): string {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...author, ...args], { cwd: folder, encoding: 'utf8' }).trim()
}
const write = (schema: string) => writeFile(join(folder, 'schema.graphql'), schema)
const declare = (...lines: string[]) =>
  writeFile(join(folder, 'breaking-changes.md'), `# Changes\n\n${lines.join('\n')}\n`)

/** Answers the commit. */
async function commit(schema: string): Promise<string> {
  await write(schema)
  git('add', '.')
  git('commit', '-qm', 'next')
  return git('rev-parse', 'HEAD')
}

describe('in a repository', () => {
  beforeEach(async () => {
    git('init', '-q', '-b', 'main')
    await commit(before)
  })

  it('what is about to be committed is compared with the last commit', async () => {
    await write(broken)
    expect(compareWithGit(folder)).toEqual({ comparedWith: 'HEAD', undeclared: expect.arrayContaining(changes) })
  })

  it('what was just committed is compared with what was before it, whatever came since', async () => {
    const first = git('rev-parse', 'HEAD')
    await commit(broken)
    await declare('- Something else was removed. Nobody used it.')
    git('add', '.')
    git('commit', '-qm', 'other files')
    expect(git('status', '--porcelain')).toBe('')
    expect(compareWithGit(folder)).toEqual({ comparedWith: first, undeclared: expect.arrayContaining(changes) })
  })

  it('a line of work is compared with where it began, so that no commit of it hides another', async () => {
    const first = git('rev-parse', 'HEAD')
    git('checkout', '-qb', 'work')
    await commit(broken)
    await commit(broken.replace('courses', 'more: Int courses'))
    expect(compareWithGit(folder)).toMatchObject({ undeclared: [] })
    expect(compareWithGit(folder, 'main')).toEqual({ comparedWith: first, undeclared: expect.arrayContaining(changes) })
  })

  it('what only grows breaks nobody', async () => {
    await write(grown)
    expect(compareWithGit(folder)).toEqual({ comparedWith: 'HEAD', undeclared: [] })
  })

  it('what is declared with a reason passes, and only that', async () => {
    await write(broken)
    await declare(`- ${changes[0]} Nobody asked for it since March.`, `- ${changes[1]}`)
    expect(compareWithGit(folder)).toEqual({ comparedWith: 'HEAD', undeclared: [changes[1]] })
  })

  it('a schema that is new there, or the first one, is compared with nothing, and that is said', async () => {
    expect(compareWithGit(folder)).toEqual({ skipped: 'git has no other schema.graphql' })
    expect(compareWithGit(folder, 'nowhere')).toEqual({ skipped: 'git has no other schema.graphql at nowhere' })
  })
})

describe('the command', () => {
  const command = join(import.meta.dirname, 'check-schema.ts')
  const run = () => spawnSync(process.execPath, [command], { cwd: folder, encoding: 'utf8' })

  it('fails with the changes and what to do about them', async () => {
    git('init', '-q')
    await commit(before)
    await write(broken)
    const { status, stderr } = run()
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`- ${changes[0]}`) })
    expect(stderr).toContain('breaking-changes.md')
    await declare(...changes.map((change) => `- ${change} Agreed with all clients.`))
    expect(run()).toMatchObject({ status: 0, stderr: '' })
  })

  it('says that it compared nothing where there is no git, as in a tarball', async () => {
    await write(before)
    expect(run()).toMatchObject({
      status: 0,
      stderr: 'The schema was NOT compared with its last version: there is no git here.\n',
    })
  })
})
