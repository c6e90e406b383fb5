/** Tests that every scalar says where its texts are specified. */
import 'reflect-metadata'
import { expect, it } from '@jest/globals'
import { isScalarType, isSpecifiedScalarType } from 'graphql'
import { buildSubgraph } from '../../src/schema.ts'

const scalars = Object.values(buildSubgraph().getTypeMap())
  .filter((type) => isScalarType(type))
  .filter((type) => !isSpecifiedScalarType(type))

it.each(scalars.map((scalar) => [scalar.name, scalar.specifiedByURL]))(
  '%s is specified at a public address',
  (_name, url) => {
    expect(url).toMatch(/^https:\/\/[a-z0-9.-]+\.[a-z]+\/\S*$/)
  },
)

it('there are some', () => {
  expect(scalars.map(({ name }) => name)).toEqual(expect.arrayContaining(['DateTime', 'Decimal', 'JWT']))
})
