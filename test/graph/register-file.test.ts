/** Tests that a register file is published once, or refused whole by name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import register from '../../src/sandbox/seed/register.json' with { type: 'json' }
import { importRegisterFile } from '../../src/transfers/policies/import-register-file.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let folder: string
beforeAll(async () => {
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'register-'))
})
afterAll(async () => {
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

const slug = 'graduate-certificate-sustainability'
const terms = { effectiveFrom: '2026-01-01', agreement: 'AUTOMATIC', maxCredit: '30', acceptedLevels: [6] }

/** The seeded register with these policies for the only qualification that has none. */
async function imported(...policies: object[]): Promise<void> {
  const path = join(folder, 'register.json')
  const qualifications = register.qualifications.map((one) => (one.slug === slug ? { ...one, policies } : one))
  await writeFile(path, JSON.stringify({ ...register, qualifications }))
  await importRegisterFile(world.app.systemContext('test'), path)
}

async function versions(): Promise<object[]> {
  const { data } = await world.ask(
    null,
    `{ qualification(institutionSlug: "strathallan-university", slug: "${slug}") {
      transferPolicies { nodes { version effectiveFrom effectiveTo } } } }`,
  )
  return data.qualification.transferPolicies.nodes
}

it.each([
  [
    [{ ...terms, levelCaps: [{ level: 7, credit: '30' }] }],
    /sustainability.*levelCaps\.0\.level.*level of the qualification/,
  ],
  [[{ ...terms, granularity: '0' }], /sustainability.*policy\.granularity/],
  [[{ ...terms, effectiveTo: '2025-01-01' }], /sustainability.*policy\.effectiveTo/],
  [[terms, terms], /sustainability.*overlaps the version that is in force from 2026-01-01/],
  [
    [
      { ...terms, effectiveTo: '2026-12-31' },
      { ...terms, effectiveFrom: '2026-06-01' },
    ],
    /sustainability.*overlaps/,
  ],
  [[{ ...terms, agreement: 'MAYBE' }], /sustainability.*agreement/s],
])('refuses %#, and publishes nothing of it', async (policies, message) => {
  await expect(imported(...policies)).rejects.toThrow(message)
  expect(await versions()).toEqual([])
})

it('publishes what is new, each time once', async () => {
  const later = { ...terms, effectiveFrom: '2026-09-01' }
  await imported(terms)
  await imported(terms, later)
  await imported(terms, later)
  expect(await versions()).toEqual([
    { version: 2, effectiveFrom: '2026-09-01', effectiveTo: null },
    { version: 1, effectiveFrom: '2026-01-01', effectiveTo: '2026-08-31' },
  ])
})
