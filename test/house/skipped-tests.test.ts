/** Tests that a run names what it skipped and why, and fails in CI. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const world = resolve(import.meta.dirname, '../support/world')
const program = `
import { describe, it } from '@jest/globals'
import { needing } from ${JSON.stringify(join(world, 'needing.ts'))}
const { describe: inBrowser, it: withBrowser } = needing('a browser', false)
withBrowser('alone', async () => undefined)
inBrowser('together', () => {
  it('one', () => undefined)
  it('two', () => undefined)
})
needing('nothing', true).it('whose need is met', async () => undefined)
it.skip('out of a whim', () => undefined)
`

/** As the product's, but for one program and one reporter, and without a database. */
const configFor = (folder: string) => `
import settings from ${JSON.stringify(resolve('jest.config.js'))}
const { globalSetup: _setup, globalTeardown: _teardown, ...shared } = settings
export default {
  ...shared,
  reporters: [${JSON.stringify(join(world, 'skipped-tests.ts'))}],
  rootDir: ${JSON.stringify(resolve('.'))},
  roots: [${JSON.stringify(folder)}, ${JSON.stringify(world)}],
  testMatch: [${JSON.stringify(`${folder}/*.test.ts`)}],
  modulePaths: [${JSON.stringify(resolve('node_modules'))}],
}
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipped-tests-'))
  await writeFile(join(folder, 'needs.test.ts'), program)
  await writeFile(join(folder, 'jest.config.mjs'), configFor(folder))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the program's tests in a jest of its own; answers what it said at the end, and what became of the tests. */
async function run(CI: string | undefined, ...words: string[]) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
  const config = ['--config', join(folder, 'jest.config.mjs'), '--no-cache', '--runInBand', '--json']
  const env = { PATH: process.env.PATH, ...(CI !== undefined && { CI }) }
  const running = promisify(execFile)(process.execPath, [...flags, ...config, ...words], { env })
  const { stdout, stderr } = await running.catch((failed) => failed)
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(stdout)
  const said = (stderr as string).trim().split('\n')
  return { said, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
}

describe('at the end of a run', () => {
  it('every reason is named with the number of its tests, and so is a test without one', async () => {
    const said = ['Skipped 3 tests: needs a browser', 'Skipped 1 test: no reason given: out of a whim']
    expect(await run(undefined)).toEqual({ said, passed: 1, failed: 0, skipped: 4 })
  })

  it('a test that was not chosen is not named', async () => {
    const said = ['Skipped 3 tests: needs a browser']
    expect(await run(undefined, '--testNamePattern', 'is met')).toEqual({ said, passed: 1, failed: 0, skipped: 4 })
  })

  it('with CI=true what would be skipped has failed', async () => {
    const said = ['Skipped 1 test: no reason given: out of a whim']
    expect(await run('true')).toEqual({ said, passed: 1, failed: 2, skipped: 1 })
  })
})
