/** Tests that packages have accepted licences and that advisories are read right. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { judgeAudit } from './advisories.ts'
import { fits, licenceProblems } from './licences.ts'

describe('licences', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'licences-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('of every package here are on the list', () => {
    expect(licenceProblems(process.cwd())).toEqual([])
  })

  it('that are not on the list are named, with what the package is used for', async () => {
    const packages = {
      '': { license: 'MIT' },
      'node_modules/good': { license: 'ISC' },
      'node_modules/copyleft': { license: 'GPL-3.0-only' },
      'node_modules/@scope/weak': { license: 'MPL-2.0' },
      'node_modules/weak-test': { license: 'MPL-2.0', dev: true },
      'node_modules/good/node_modules/silent': {},
      'node_modules/caniuse-lite': { license: 'GPL-2.0-only', dev: true },
    }
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
    expect(licenceProblems(folder)).toEqual([
      'copyleft is shipped under "GPL-3.0-only", which is not on the list.',
      '@scope/weak is shipped under "MPL-2.0", which is not on the list.',
      'silent is shipped under "none", which is not on the list.',
      'caniuse-lite is for tests under "GPL-2.0-only", which is not on the list.',
    ])
  })

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['(MIT AND BSD-3-Clause)', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['(MIT OR (GPL-2.0-only AND MIT))', false],
  ])('%s is judged as an expression', (expression, expected) => {
    expect(fits(expression)).toBe(expected)
  })
})

/** As npm 11 prints it, shortened. */
const recorded = JSON.stringify({
  auditReportVersion: 2,
  vulnerabilities: {
    minimist: {
      name: 'minimist',
      severity: 'critical',
      via: [
        {
          source: 1097678,
          name: 'minimist',
          title: 'Prototype Pollution in minimist',
          url: 'https://github.com/advisories/GHSA-xvch-5gv4-984h',
          severity: 'critical',
          range: '<0.2.4',
        },
      ],
      effects: ['mkdirp'],
      fixAvailable: true,
    },
    mkdirp: { name: 'mkdirp', severity: 'critical', via: ['minimist'], effects: [], fixAvailable: true },
  },
  metadata: { vulnerabilities: { critical: 2, total: 2 } },
})
const url = 'https://github.com/advisories/GHSA-xvch-5gv4-984h'
const named = `minimist: critical, Prototype Pollution in minimist, ${url}`

describe('advisories', () => {
  it('are each named once, with where to read about them', () => {
    expect(judgeAudit(recorded, '2026-01-01', [])).toEqual({ problems: [named] })
  })

  it('are accepted for a reason until their last day, and no longer', () => {
    const exceptions = [{ url, why: 'No mended version.', until: '2026-02-01' }]
    expect(judgeAudit(recorded, '2026-02-01', exceptions)).toEqual({ problems: [] })
    expect(judgeAudit(recorded, '2026-02-02', exceptions)).toEqual({
      problems: [`${named} (accepted until 2026-02-01, which is past)`],
    })
  })

  it.each([
    ['{"auditReportVersion":2,"vulnerabilities":{}}', { problems: [] }],
    [
      '{"message":"405 Method Not Allowed - POST https://registry.example","statusCode":405}',
      { unanswered: '405 Method Not Allowed - POST https://registry.example' },
    ],
    ['', { unanswered: 'npm audit answered no JSON' }],
    ['{"surprise":1}', { unanswered: 'npm audit answered something else' }],
  ])('are told from a registry that does not answer: %s', (answer, expected) => {
    expect(judgeAudit(answer, '2026-01-01')).toEqual(expected)
  })
})
