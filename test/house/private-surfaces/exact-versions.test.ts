/** Tests that packages whose inside is relied on have exact versions. */
import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
// The surface of each has a test beside this one; Node comes by the package of that name.
const reliedOn = ['@apollo/server', 'graphile-worker', 'graphql', 'node', 'pg', 'pino', 'type-graphql']

it.each(reliedOn)('%s has an exact version', (name) => {
  expect(dependencies[name]).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
})
