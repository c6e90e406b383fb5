/** Tests that types generated from a gateway's address are those of schema.graphql. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world/world.ts'

/** The same configuration, but for where the schema comes from. */
const byAddress = `import config from './codegen.ts'
const { GRAPH_URL, AUTHORIZATION } = process.env
const headers = AUTHORIZATION ? { authorization: AUTHORIZATION } : {}
export default { ...config, schema: [{ [GRAPH_URL]: { headers } }] }
`

let world: World
let project: string
beforeAll(async () => {
  world = await startWorld()
  project = await mkdtemp(join(tmpdir(), 'codegen-'))
  await Promise.all([
    writeFile(join(project, 'by-address.ts'), byAddress),
    cp(join(import.meta.dirname, 'codegen.ts'), join(project, 'codegen.ts')),
    cp(join(import.meta.dirname, 'src'), join(project, 'src'), { recursive: true }),
    cp('schema.graphql', join(project, 'schema.graphql')),
    symlink(resolve('node_modules'), join(project, 'node_modules')),
  ])
}, 60_000)
afterAll(async () => {
  await world?.close()
  await rm(project, { recursive: true, force: true })
})

/** What there is of types after a run; what the command said when it failed. */
async function generated(config: string, more: Record<string, string> = {}): Promise<string> {
  const bin = join('node_modules', '.bin', 'graphql-codegen')
  const env = { PATH: process.env.PATH, ...more }
  try {
    await promisify(execFile)(process.execPath, [bin, '--config', config], { cwd: project, env })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
  return readFile(join(project, 'src', 'gql', 'graphql.ts'), 'utf8')
}

const address = () => ({ GRAPH_URL: `${world.url}/graphql` })

it('nobody in particular gets the types of the contract, and none of federation', async () => {
  const ofFile = await generated('codegen.ts')
  expect(ofFile).toContain('export type EnrolMutation')
  expect(await generated('by-address.ts', address())).toBe(ofFile)
}, 60_000)

it('so does a learner', async () => {
  const authorization = `Bearer ${await world.tokenOf('ada')}`
  expect(await generated('by-address.ts', { ...address(), AUTHORIZATION: authorization })).toBe(
    await generated('codegen.ts'),
  )
}, 60_000)

it('a router is shown its own scalar, which a front end has no type for', async () => {
  const authorization = `Bearer ${await world.tokenOf('router')}`
  expect(await generated('by-address.ts', { ...address(), AUTHORIZATION: authorization })).toContain('_Any')
}, 60_000)
