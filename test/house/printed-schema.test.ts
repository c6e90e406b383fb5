/** Tests that the printed schema is the one that is served. */
import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { printGraph } from '../../src/schema.ts'

it('the committed schema.graphql is what the code prints', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printGraph())
})
