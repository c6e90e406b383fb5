/** The README's map says of each file what the file says of itself. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, it } from '@jest/globals'

it('each source file outside the sandboxes stands in the map with its first sentence', () => {
  const readme = readFileSync('README.md', 'utf8')
  const missing = globSync('src/**/*.ts')
    .filter((file) => !file.startsWith('src/sandbox/') && !file.endsWith('.d.ts'))
    .filter((file) => {
      const first = readFileSync(file, 'utf8').split('\n', 1)[0] ?? ''
      const sentence = first.replace(/^\/\*\* ?/, '').replace(/ ?\*\/$/, '')
      return !readme.includes(`- \`${basename(file)}\` ${sentence}`)
    })
  expect(missing).toEqual([])
})
