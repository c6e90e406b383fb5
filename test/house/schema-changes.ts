/** Finds undeclared breaking changes of the schema against git's last version. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, findBreakingChanges } from 'graphql'

const schemaFile = 'schema.graphql'
/** Each line `- <the change>. <why>` declares one; they stay as the list that clients read. */
const declarationFile = 'breaking-changes.md'

export type Comparison = { comparedWith: string; undeclared: string[] } | { skipped: string }

/** Null when git refuses: there is none, no commit yet, no such file in it. */
function git(folder: string, ...args: string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

/** The last schema that is not this one: of `base`, of the last commit, or what it was before its last change. */
function lastSchema(folder: string, now: string, base: string | null): { commit: string; text: string } | null {
  const at = (commit: string | undefined) => {
    const text = commit === undefined ? null : git(folder, 'show', `${commit}:./${schemaFile}`)
    return text === null ? null : { commit: commit as string, text }
  }
  if (base !== null) return at(git(folder, 'merge-base', 'HEAD', base)?.trim())
  const head = at('HEAD')
  if (head === null || head.text !== now) return head
  return at(git(folder, 'log', '-2', '--format=%H', '--', schemaFile)?.trim().split('\n')[1])
}

function isDeclared(change: string, declarations: string): boolean {
  return declarations.split('\n').some((line) => line.startsWith(`- ${change} `) && line.length > `- ${change} `.length)
}

/** Compares the folder's schema file with git's. With `base`, a commit or branch, from where the two lines parted. */
export function compareWithGit(folder: string, base: string | null = null): Comparison {
  const now = readFileSync(join(folder, schemaFile), 'utf8')
  if (git(folder, 'rev-parse', '--git-dir') === null) return { skipped: 'there is no git here' }
  const last = lastSchema(folder, now, base)
  if (last === null) return { skipped: `git has no other ${schemaFile}${base === null ? '' : ` at ${base}`}` }
  const path = join(folder, declarationFile)
  const declarations = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const changes = findBreakingChanges(buildSchema(last.text), buildSchema(now)).map(({ description }) => description)
  return { comparedWith: last.commit, undeclared: changes.filter((change) => !isDeclared(change, declarations)) }
}
