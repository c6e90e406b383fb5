/** Tests who can ask which batches of eligibility at once. */
import 'reflect-metadata'
import { expect, it } from '@jest/globals'
import { type OperationDefinitionNode, parse } from 'graphql'
import { rateLimitSizes } from '../../src/graph/limits/admission.ts'
import { costPlan } from '../../src/graph/limits/cost.ts'
import { buildGraph } from '../../src/schema.ts'

const document = parse(
  'query ($i: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $i) { __typename } }',
)
const plan = costPlan(buildGraph(), document, document.definitions[0] as OperationDefinitionNode)

function priceOf(checks: number, courses: number): number {
  const input = { qualificationId: 'q', courseIds: Array(courses).fill('c'), creditRecordIds: [], externalCredits: [] }
  return plan.requested({ i: Array(checks).fill(input) })
}

it('a machine has the points for its sheet of 1,000 checks of six courses forty times over, a person nine times', () => {
  expect(priceOf(1000, 6)).toBeGreaterThan(20_000)
  expect(priceOf(1000, 6) * 40).toBeLessThan(rateLimitSizes.client.points)
  expect(priceOf(1000, 6) * 9).toBeLessThan(rateLimitSizes.person.points)
})

it('nobody has the points for 1,000 checks of 31 courses', () => {
  const sizes = Object.values(rateLimitSizes).map(({ points }) => points)
  expect(priceOf(1000, 31)).toBeGreaterThan(Math.max(...sizes))
})

it.each([
  ['anonymous', 90],
  ['person', 90],
  ['client', 450],
] as const)('%s may ask as many hard checks at once as are said: %d', (kind, checks) => {
  expect(priceOf(checks, 31)).toBeLessThan(rateLimitSizes[kind].points)
  expect(priceOf(2 * checks, 31)).toBeGreaterThan(rateLimitSizes[kind].points)
})
