/** Tests that an id of another kind is told so, wherever an id is taken. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { buildSchema, type GraphQLType, getNamedType, isInputObjectType, isObjectType } from 'graphql'
import { globalId } from '../../src/graph/contract/global-id.ts'
import { type Audience, audiences, personas } from '../support/permissions/audiences.ts'
import { mutations, type Samples } from '../support/permissions/permission-deeds.ts'
import { makeSamples } from '../support/permissions/permission-samples.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
let samples: Samples
beforeAll(async () => {
  world = await startWorld()
  samples = await makeSamples(world)
}, 90_000)
afterAll(() => world?.close())

const other = globalId('Dispute', randomUUID())

/** Every place of the schema that takes an id, and of which kind; `node` and `nodes` take any. */
const kinds: Record<string, string> = {
  'AcknowledgeCaseInput.caseId': 'Case',
  'ApplyForTransferInput.creditRecordIds': 'CreditRecord',
  'ApplyForTransferInput.qualificationId': 'Qualification',
  'CancelEnrolmentInput.enrolmentId': 'Enrolment',
  'CompletePaymentInput.paymentId': 'Payment',
  'CourseFilter.awardingInstitutionIds': 'Institution',
  'CourseFilter.countsTowardsQualificationId': 'Qualification',
  'DecideTransferApplicationInput.applicationId': 'TransferApplication',
  'EnrolInput.courseRunId': 'CourseRun',
  'InstitutionClient.transferApplications.qualificationId': 'Qualification',
  'InstitutionStaff.transferApplications.qualificationId': 'Qualification',
  'PaymentFilter.courseRunId': 'CourseRun',
  'PublishTransferPolicyInput.qualificationId': 'Qualification',
  'Query.node.id': 'any',
  'Query.nodes.ids': 'any',
  'ReconcileInput.paymentId': 'Payment',
  'RefundRunInput.courseRunId': 'CourseRun',
  'DeferEnrolmentInput.courseRunId': 'CourseRun',
  'DeferEnrolmentInput.enrolmentId': 'Enrolment',
  'RequestRefundInput.enrolmentId': 'Enrolment',
  'RequestRefundInput.paymentId': 'Payment',
  'ResolveCaseInput.caseId': 'Case',
  'ResolveStuckEnrolmentInput.enrolmentId': 'Enrolment',
  'RetryPaymentInput.enrolmentId': 'Enrolment',
  'RevokeCreditShareInput.creditShareId': 'CreditShare',
  'ShareCreditInput.creditRecordIds': 'CreditRecord',
  'Subscription.enrolmentUpdated.enrolmentId': 'Enrolment',
  'Subscription.transferApplicationUpdated.applicationId': 'TransferApplication',
  'TransferEligibilityInput.courseIds': 'Course',
  'TransferEligibilityInput.creditRecordIds': 'CreditRecord',
  'TransferEligibilityInput.qualificationId': 'Qualification',
  'WithdrawEnrolmentInput.enrolmentId': 'Enrolment',
  'WithdrawTransferApplicationInput.applicationId': 'TransferApplication',
}

it('every place that takes an id is among them', () => {
  const types = Object.values(buildSchema(readFileSync('schema.graphql', 'utf8')).getTypeMap())
  const isId = ({ type }: { type: GraphQLType }) => getNamedType(type).name === 'ID'
  const places = types.flatMap((type) => {
    if (isInputObjectType(type))
      return Object.values(type.getFields())
        .filter(isId)
        .map(({ name }) => `${type}.${name}`)
    if (!isObjectType(type)) return []
    const fields = Object.values(type.getFields())
    return fields.flatMap((field) => field.args.filter(isId).map(({ name }) => `${type}.${field.name}.${name}`))
  })
  expect(places.sort()).toEqual(Object.keys(kinds).sort())
})

interface Said {
  message: string
  field: string[]
}

async function refusalOf(persona: string | null, document: string, variables: object): Promise<Said | undefined> {
  const { data, errors } = await world.ask(persona, document, variables)
  const [first] = errors ?? []
  if (first) return { message: first.message, field: (first.extensions as { field?: string[] }).field ?? [] }
  return (Object.values(data)[0] as { userErrors: Said[] }).userErrors[0]
}

const personaOf = (audience: Audience) => {
  const [first] = audiences[audience] as readonly (keyof typeof personas)[]
  return first ? personas[first] : null
}
const mutationOf = (input: string) => `${input[0]?.toLowerCase()}${input.slice(1).replace(/Input$/, '')}`
const ofMutations = Object.keys(kinds).filter((place) => mutationOf(place.split('.')[0] as string) in mutations)

it.each(ofMutations)('%s of a mutation', async (place) => {
  const [type = '', field = ''] = place.split('.')
  const deed = mutations[mutationOf(type)]!
  const isList = field.endsWith('s')
  const document = `mutation ($input: ${type}!) { ${mutationOf(type)}(input: $input) { userErrors { message field } } }`
  const input = { ...deed.input(samples), [field]: isList ? [other] : other }
  expectTold(place, await refusalOf(personaOf(deed.allowed), document, { input }), [
    'input',
    field,
    ...(isList ? ['0'] : []),
  ])
})

function expectTold(place: string, said: Said | undefined, path: string[]): void {
  const kind = kinds[place] as string
  const article = /^[AEIOU]/.test(kind) ? 'an' : 'a'
  expect(said?.message).toMatch(new RegExp(`This is a Dispute's id; ${article} ${kind}'s id is expected\\.$`))
  expect(said?.field).toEqual(path)
}

const eligibility = 'query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { outcome } }'
const courses = 'query ($f: CourseFilter) { courses(filter: $f) { totalCount } }'
const applications = (member: string) =>
  `query ($id: ID) { viewer { ${member} { transferApplications(qualificationId: $id) { totalCount } } } }`
const queries: [place: string, persona: string | null, document: string, variables: () => object, path: string][] = [
  [
    'TransferEligibilityInput.qualificationId',
    null,
    eligibility,
    () => ({ i: { qualificationId: other, courseIds: [] } }),
    'input.qualificationId',
  ],
  [
    'TransferEligibilityInput.courseIds',
    null,
    eligibility,
    () => ({ i: { qualificationId: samples.Qualification, courseIds: [other] } }),
    'input.courseIds.0',
  ],
  [
    'TransferEligibilityInput.creditRecordIds',
    null,
    eligibility,
    () => ({ i: { qualificationId: samples.Qualification, creditRecordIds: [other] } }),
    'input.creditRecordIds.0',
  ],
  [
    'CourseFilter.awardingInstitutionIds',
    null,
    courses,
    () => ({ f: { awardingInstitutionIds: [other] } }),
    'filter.awardingInstitutionIds.0',
  ],
  [
    'CourseFilter.countsTowardsQualificationId',
    null,
    courses,
    () => ({ f: { countsTowardsQualificationId: other } }),
    'filter.countsTowardsQualificationId',
  ],
  [
    'PaymentFilter.courseRunId',
    'operator',
    'query ($f: PaymentFilter) { viewer { operator { payments(filter: $f) { totalCount } } } }',
    () => ({ f: { courseRunId: other } }),
    'filter.courseRunId',
  ],
  [
    'InstitutionStaff.transferApplications.qualificationId',
    'registrar-2',
    applications('staff'),
    () => ({ id: other }),
    'qualificationId',
  ],
  [
    'InstitutionClient.transferApplications.qualificationId',
    'institution-client-2',
    applications('client'),
    () => ({ id: other }),
    'qualificationId',
  ],
]

it.each(queries)('%s of a query', async (place, persona, document, variables, path) => {
  expectTold(place, await refusalOf(persona, document, variables()), path.split('.'))
})

const subscriptions = Object.keys(kinds).filter((place) => place.startsWith('Subscription.'))

it.each(subscriptions)('%s', async (place) => {
  const [, field = '', argument = ''] = place.split('.')
  const response = await fetch(`${world.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${await world.tokenOf('ada')}`,
    },
    body: JSON.stringify({
      query: `subscription ($id: ID!) { ${field}(${argument}: $id) { id } }`,
      variables: { id: other },
    }),
  })
  const [line = ''] = /\{.*"errors".*\}/.exec(await response.text()) ?? []
  const [error] = (JSON.parse(line) as { errors: { message: string; extensions: { field: string[] } }[] }).errors
  expectTold(place, error && { message: error.message, field: error.extensions.field }, [argument])
})

it('every place but those that take any is asked', () => {
  const asked = [...ofMutations, ...queries.map(([place]) => place), ...subscriptions]
  const wanted = Object.keys(kinds).filter((place) => kinds[place] !== 'any')
  expect(asked.sort()).toEqual(wanted.sort())
})

it('nothing else of an id is repeated, whatever was put into it', async () => {
  const forged = globalId('Hunter2canary', randomUUID())
  const said = await refusalOf(null, eligibility, { i: { qualificationId: forged, courseIds: [] } })
  expect(said?.message).toBe('There is no such qualification.')
})
