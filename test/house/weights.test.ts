/** Holds that every root field and every count of a list is weighed. */
import 'reflect-metadata'
import { expect, it } from '@jest/globals'
import { isObjectType } from 'graphql'
import { works } from '../../src/graph/limits/weights.ts'
import { buildGraph } from '../../src/schema.ts'

const schema = buildGraph()
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
)
const counts = Object.values(schema.getTypeMap()).flatMap((type) =>
  isObjectType(type) && type.name.endsWith('Connection')
    ? ['totalCount', 'facets'].filter((name) => name in type.getFields()).map((name) => `${type.name}.${name}`)
    : [],
)

/** What may be asked for nothing beyond its objects. */
const weightless: Record<string, string> = {
  'CorrectionConnection.totalCount': 'A record has some few, by an index.',
  'CourseRunConnection.totalCount': 'A course has some dozens, counted for a page of courses in one statement.',
  'InstitutionConnection.totalCount': 'All of them fit on one page.',
  'QualificationConnection.totalCount': 'Some hundreds, and its list is weighed.',
  'ShareAccessConnection.totalCount': 'Looks at one share, by an index.',
  'TransferPolicyConnection.totalCount': 'Versions of one qualification, which are weighed.',
  'TransferPolicyDryRunCaseConnection.totalCount': 'The cases are in memory.',
}

it('finds root fields and counts', () => {
  expect(roots.length).toBeGreaterThan(25)
  expect(counts.length).toBeGreaterThan(10)
})

it.each(roots)('%s has a weight of its own', (coordinate) => {
  expect(works).toHaveProperty([coordinate])
})

it.each(counts)('%s has a weight, or a reason to have none', (coordinate) => {
  expect([coordinate in works, coordinate in weightless]).toContain(true)
  expect([coordinate in works, coordinate in weightless]).toContain(false)
})

it('has a reason only for what there is', () => {
  expect(Object.keys(weightless).filter((coordinate) => !counts.includes(coordinate))).toEqual([])
})
