/** Publishing a policy: numbered, never overlapping, and only by the institution itself. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { startWorld, type World } from '../support/world.ts'

let world: World
let qualificationId: string
beforeAll(async () => {
  world = await startWorld()
  const { data } = await world.ask(
    null,
    '{ qualification(institutionSlug: "the-open-university", slug: "pg-certificate-professional-practice") { id } }',
  )
  qualificationId = data.qualification.id
})
afterAll(() => world?.close())

const document = `mutation ($input: PublishTransferPolicyInput!) { publishTransferPolicy(input: $input) {
  policy { id version effectiveFrom effectiveTo } userErrors { code field ... on PolicyOverlap { policy { version } } } } }`
const publish = (persona: string | null, more: object = {}) =>
  world.ask(persona, document, {
    input: {
      qualificationId,
      effectiveFrom: '2030-01-01',
      agreement: 'AUTOMATIC',
      maxCredit: '30',
      acceptedLevels: [7],
      ...more,
    },
  })

it('a version that starts inside an open-ended one ends that one the day before', async () => {
  const made = await publish('registrar')
  expect(made.data.publishTransferPolicy).toMatchObject({ policy: { version: 2, effectiveTo: null }, userErrors: [] })
  const { data } = await world.ask(
    null,
    'query ($id: ID!) { node(id: $id) { ... on Qualification { transferPolicies { nodes { version effectiveTo } } } } }',
    { id: qualificationId },
  )
  expect(data.node.transferPolicies.nodes).toEqual([
    { version: 2, effectiveTo: null },
    { version: 1, effectiveTo: '2029-12-31' },
  ])
})

it('the same first day is an overlap, which names the version', async () => {
  const { data } = await publish('registrar')
  expect(data.publishTransferPolicy).toMatchObject({
    policy: null,
    userErrors: [{ code: 'POLICY_OVERLAP', policy: { version: 2 } }],
  })
})

it('terms that do not fit are refused by their field', async () => {
  const { data } = await publish('registrar', { effectiveFrom: '2031-01-01', granularity: '0' })
  expect(data.publishTransferPolicy.userErrors).toMatchObject([
    { code: 'INVALID_INPUT', field: ['input', 'granularity'] },
  ])
})

it('only the institution itself may, by staff or by its machine', async () => {
  expect((await publish(null)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  const { data } = await publish('registrar-2', { effectiveFrom: '2032-01-01' })
  expect(data.publishTransferPolicy).toMatchObject({ policy: null, userErrors: [{ code: 'FORBIDDEN' }] })
  expect((await publish('ada', { effectiveFrom: '2032-01-01' })).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  const byMachine = await publish('institution-client', { effectiveFrom: '2033-01-01' })
  expect(byMachine.data.publishTransferPolicy.policy.version).toBe(3)
})
