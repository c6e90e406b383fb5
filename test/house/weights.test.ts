/** Holds that every mutation has a weight. */
import 'reflect-metadata'
import { expect, it } from '@jest/globals'
import { works } from '../../src/graph/limits/weights.ts'
import { buildGraph } from '../../src/schema.ts'

it.each(Object.keys(buildGraph().getMutationType()?.getFields() ?? {}))('%s has a weight of its own', (name) => {
  expect(works).toHaveProperty([`Mutation.${name}`])
})
