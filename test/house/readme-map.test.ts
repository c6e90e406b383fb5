/** Tests that the README's map repeats each file's caption. */
import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { mapOfSource } from './map-of-source.ts'

it('the map in the README is the one that `npm run map` writes', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme.slice(readme.indexOf('## Map of src'))).toBe(`## Map of src\n\n${mapOfSource()}`)
})
