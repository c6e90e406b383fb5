/** Tests that the README's codes and numbers are those of the code. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { ErrorCode, GraphError } from '../../src/graph/contract/errors.ts'
import { protocolCodes } from '../../src/graph/execution/mask-errors.ts'
import { rateLimitSizes } from '../../src/graph/limits/admission.ts'
import { documentLimits } from '../../src/graph/limits/limits.ts'
import { httpLimits } from '../../src/http/server.ts'

const readme = readFileSync('README.md', 'utf8')
const written = (count: number) => count.toLocaleString('en-GB')

describe('the README', () => {
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
