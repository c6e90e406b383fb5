/** Holds the codes, numbers and metrics that pages promise to the code. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { ErrorCode, GraphError } from '../../src/graph/contract/errors.ts'
import { protocolCodes } from '../../src/graph/execution/mask-errors.ts'
import { rateLimitSizes } from '../../src/graph/limits/admission.ts'
import { documentLimits } from '../../src/graph/limits/limits.ts'
import { httpLimits } from '../../src/http/server.ts'

const readme = readFileSync('src/http/README.md', 'utf8')
const written = (count: number) => count.toLocaleString('en-GB')

describe('what clients can rely on', () => {
  it.each(Object.values(ErrorCode))('has %s with its status', (code) => {
    expect(readme).toContain(`\n| ${code} | ${new GraphError(code, '').status} | `)
  })

  it.each([...protocolCodes] as string[])('has %s', (code) => {
    expect(readme).toMatch(new RegExp(`^\\| (.*, )?${code}(,.*)? \\| \\d+ \\|`, 'm'))
  })

  it.each([
    [documentLimits.tokens, 'tokens'],
    [documentLimits.depth, 'levels of depth'],
    [documentLimits.fields, 'fields'],
    [documentLimits.aliases, 'aliases'],
    [documentLimits.rootFields, 'root fields'],
    [documentLimits.directives, 'directives'],
    [documentLimits.variables, 'variables'],
    [httpLimits.bodyBytes / 1024 ** 2, 'MiB'],
    [httpLimits.deadlineMs / 1000, 's'],
    [rateLimitSizes.anonymous.points, 'points'],
    [rateLimitSizes.anonymous.restorePerSecond, 'back each second'],
  ])('says %d %s', (count, what) => {
    expect(readme).toMatch(new RegExp(`\\b${written(count)} ${what}\\b`))
  })
})

describe('the page of operations', () => {
  const namesIn = (text: string) => [...text.matchAll(/\bgateway_[a-z_]+/g)].map(([name]) => name)

  it('has every metric, and no other', () => {
    const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'))
    const names = new Set(sources.flatMap((text) => [...text.matchAll(/name: '(gateway_[a-z_]+)'/g)].map(([, n]) => n)))
    expect(names.size).toBeGreaterThan(10)
    expect(new Set(namesIn(readFileSync('src/observability/README.md', 'utf8')))).toEqual(names)
  })
})
