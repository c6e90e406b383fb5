/** What the README promises in codes and numbers is what the code holds. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { budgetSizes } from '../../src/graph/bill.ts'
import { ErrorCode, GraphError } from '../../src/graph/errors.ts'
import { documentLimits } from '../../src/graph/limits.ts'
import { protocolCodes } from '../../src/graph/mask-errors.ts'
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
    [budgetSizes.anonymous.points, 'points'],
    [budgetSizes.anonymous.restorePerSecond, 'back each second'],
  ])('says %d %s', (count, what) => {
    expect(readme).toMatch(new RegExp(`\\b${written(count)} ${what}\\b`))
  })
})
