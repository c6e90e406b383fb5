/** Builds an earlier commit in a git worktree, so that today's gateway runs beside yesterday's. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface EarlierCommit {
  /** Of the worktree: `package.json` and the compiled `dist` are in it. */
  folder: string
  /** The commit as `git log --oneline` shows it. */
  title: string
  stop(): Promise<void>
}

const git = async (...args: string[]) => (await run('git', args)).stdout.trim()

/** Where this branch left main; on main itself the commit before. */
async function usualRevision(): Promise<string> {
  const head = await git('rev-parse', 'HEAD')
  const left = await git('merge-base', 'HEAD', 'main').catch(() => head)
  return left === head ? 'HEAD~1' : left
}

async function removeWorktree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await git('worktree', 'prune')
}

/** `folder` has to lie within the project: the commit is compiled and run with the packages that are installed here. */
export async function buildEarlierCommit(folder: string, revision?: string): Promise<EarlierCommit> {
  const commit = await git('rev-parse', '--verify', `${revision ?? (await usualRevision())}^{commit}`)
  // A bench that was killed has left its own
  await removeWorktree(folder)
  await git('worktree', 'add', '--detach', folder, commit)
  try {
    const compiler = ['node_modules/typescript/bin/tsc', '-p', join(folder, 'tsconfig.build.json')]
    await run(process.execPath, [...compiler, '--sourceMap', 'false'])
    return { folder, title: await git('log', '-1', '--format=%h %s', commit), stop: () => removeWorktree(folder) }
  } catch (error) {
    await removeWorktree(folder)
    const { stdout, message } = error as { stdout?: string; message: string }
    throw new Error(`${commit.slice(0, 7)} does not compile with the packages of today:\n${stdout || message}`)
  }
}
