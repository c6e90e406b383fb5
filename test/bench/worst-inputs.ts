/** Lists for each root field the inputs, within limits, that work it hardest. */

import { personas } from '../support/permissions/audiences.ts'
import type { Samples } from '../support/permissions/permission-deeds.ts'
import { externalCredit } from '../support/world/awarded.ts'

export interface WorstInput {
  /** The root field, with what is asked of it. */
  name: string
  persona: string | null
  document: string
  variables?: object
  /** Nobody has sent it before. */
  isNew?: boolean
}

/** What the world holds for them. */
export interface Ground extends Samples {
  /** A statement about as many claims as fit. */
  statement: string
  regular: string
}

const times = <Value>(count: number, make: (n: number) => Value): Value[] =>
  Array.from({ length: count }, (_, n) => make(n))
const aliased = (field: string, count = 20) => `{ ${times(count, (n) => `a${n}: ${field}`).join(' ')} }`

/** As many words as fit into a search. */
const words = 'learning credit practice study evidence health data people change method '.repeat(2).trim()
const shortWords = times(60, (n) => 'lcpsehdmaw'[n % 10]).join(' ')
const filter = (ids: readonly string[]) => ({
  subjects: times(50, (n) => `${['computing', 'business', 'health', 'education', 'energy'][n % 5]}${n < 5 ? '' : n}`),
  levels: ['POSTGRADUATE', 'UNDERGRADUATE'],
  languages: times(20, (n) => (n ? `x-${n}` : 'en')),
  awardingInstitutionIds: ids,
  minCredit: '1',
  maxCredit: '100',
  startsAfter: '2020-01-01',
  startsBefore: '2040-01-01',
  currency: 'GBP',
  maxPriceMinor: 1_000_000,
})
const courseFields = `id slug title summary description subject level language learningOutcomes
  credit { amount level } cmf { status criteria { code status evidence } } awardingInstitution { name }
  nextRun { id startsAt price { formatted } refundDeadline }`
const list = 'query ($s: String, $f: CourseFilter)'

const answerFields = `outcome transferable potential remaining explanation digest claims { ref title status counted
  findings { rule status message } } improvements { message } levels { level placed }`

const CLAIMS = 31
const externals = (count: number) =>
  times(count, (n) => externalCredit(`r${n}`, { amount: `${5 + (n % 7)}.5`, level: 4 + (n % 4) }))

function searches({ Institution }: Ground): WorstInput[] {
  const f = filter([Institution as string])
  const all = { s: null, f }
  return [
    { name: 'courses', persona: null, document: `{ courses(first: 100) { nodes { ${courseFields} } } }` },
    {
      name: 'courses: one',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { nodes { id } } }`,
      variables: {},
    },
    {
      name: 'courses: search',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { nodes { id } } }`,
      variables: { s: words },
    },
    {
      name: 'courses: short words',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { nodes { id } } }`,
      variables: { s: shortWords },
    },
    {
      name: 'courses: filter',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f, orderBy: PRICE) { nodes { id } } }`,
      variables: all,
    },
    {
      name: 'courses: totalCount',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { totalCount } }`,
      variables: {},
    },
    {
      name: 'courses: filter, totalCount',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { totalCount } }`,
      variables: all,
    },
    {
      name: 'courses: facets',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { facets { subjects { value count } levels { value } languages { value } awardingInstitutions { value } } } }`,
      variables: {},
    },
    {
      name: 'courses: filter, facets',
      persona: null,
      document: `${list} { courses(first: 1, search: $s, filter: $f) { facets { subjects { value count } levels { value } languages { value } awardingInstitutions { value } } } }`,
      variables: { s: words, f },
    },
    {
      name: 'courses: runs',
      persona: null,
      document: '{ courses(first: 50) { nodes { runs(first: 50) { totalCount nodes { id price { formatted } } } } } }',
    },
    {
      name: 'courses: countsTowards',
      persona: null,
      document: '{ courses(first: 20) { nodes { countsTowards(first: 20) { totalCount nodes { id title } } } } }',
    },
    {
      name: 'courses: live places',
      persona: null,
      document: '{ courses(last: 40) { nodes { nextRun { placesRemaining } } } }',
    },
    {
      name: 'course',
      persona: null,
      document: aliased(`course(slug: "evidence-based-coaching") { ${courseFields} }`, 8),
    },
  ]
}

function others(ground: Ground): WorstInput[] {
  const { Course, Institution, statement, regular, code } = ground
  const batch = `query ($i: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $i) { ... on TransferEligibility { ${answerFields} } } }`
  const outcomes =
    'query ($i: [TransferEligibilityInput!]!) { transferEligibilityBatch(inputs: $i) { ... on TransferEligibility { outcome } } }'
  const one = (fields: string) =>
    `query ($i: TransferEligibilityInput!) { transferEligibility(input: $i) { ${fields} } }`
  const asked = (more: object) => ({ qualificationId: ground.Qualification, ...more })
  const verify = 'query ($t: JWT!) { verify(token: $t) { kind valid checks { name status message } } }'
  return [
    {
      name: 'creditShare',
      persona: personas.staff,
      document: `{ creditShare(code: "${code}") { learnerName creditRecords { id holderName transcript { learningOutcomes } course { title } } } }`,
    },
    {
      name: 'institution',
      persona: null,
      document: aliased(
        'institution(slug: "the-open-university") { name qualifications(first: 50) { totalCount nodes { title transferPolicy { version } } } }',
        10,
      ),
    },
    { name: 'institution: one', persona: null, document: '{ institution(slug: "the-open-university") { name } }' },
    {
      name: 'institutions',
      persona: null,
      document:
        '{ institutions(first: 50) { totalCount nodes { name qualifications(first: 10) { totalCount nodes { title transferPolicies(first: 5) { totalCount nodes { version clauses { text } } } } } } } }',
    },
    {
      name: 'node',
      persona: null,
      document: aliased(`node(id: "${Course}") { ... on Course { ${courseFields} } }`, 8),
    },
    {
      name: 'nodes',
      persona: null,
      document: `query ($i: [ID!]!) { nodes(ids: $i) { ... on Course { ${courseFields} } ... on Institution { name qualifications(first: 20) { nodes { title } } } } }`,
      variables: { i: times(100, (n) => (n % 2 ? Course : Institution)) },
    },
    {
      name: 'qualification',
      persona: null,
      document: aliased(
        'qualification(institutionSlug: "university-of-northmoor", slug: "msc-leadership") { title institution { name } transferPolicies(first: 20) { nodes { version clauses { text } } } }',
        10,
      ),
    },
    {
      name: 'qualifications',
      persona: null,
      document:
        '{ qualifications(first: 100, filter: { search: "in a e" }) { totalCount nodes { title institution { name } transferPolicy { version clauses { text } levelCaps { level } } } } }',
    },
    {
      name: 'transferEligibility',
      persona: null,
      document: one(answerFields),
      variables: { i: asked({ externalCredits: externals(CLAIMS) }) },
    },
    {
      name: 'transferEligibility: outcome',
      persona: null,
      document: one('outcome'),
      variables: { i: asked({ externalCredits: externals(CLAIMS) }) },
    },
    {
      name: 'transferEligibility: one claim',
      persona: null,
      document: one('outcome'),
      variables: { i: asked({ externalCredits: externals(1) }) },
    },
    {
      name: 'transferEligibility: courses',
      persona: null,
      document: one('outcome'),
      variables: { i: asked({ courseIds: times(CLAIMS, (n) => ground[`course${n}`]) }) },
    },
    {
      name: 'transferEligibility: statement',
      persona: null,
      document: one('statement'),
      variables: { i: asked({ externalCredits: externals(CLAIMS) }) },
    },
    {
      name: 'transferEligibilityBatch',
      persona: null,
      document: batch,
      variables: { i: times(30, (n) => asked({ clientRef: `${n}`, externalCredits: externals(CLAIMS) })) },
    },
    {
      name: 'transferEligibilityBatch: outcomes',
      persona: null,
      document: outcomes,
      variables: {
        i: times(60, (n) => asked({ clientRef: `${n}`, courseIds: times(CLAIMS, (m) => ground[`course${m}`]) })),
      },
    },
    {
      name: 'transferEligibilityBatch: small',
      persona: null,
      document: outcomes,
      variables: { i: times(1000, (n) => asked({ clientRef: `${n}` })) },
    },
    {
      name: 'transferPolicyDryRun',
      persona: personas.staff,
      document: `query ($i: PublishTransferPolicyInput!) { transferPolicyDryRun(input: $i, first: 50) { examined changed cases { nodes { before { outcome } after { outcome } } } } }`,
      variables: {
        i: {
          qualificationId: ground.Qualification,
          effectiveFrom: '2060-01-01',
          agreement: 'AUTOMATIC',
          acceptedLevels: [6, 7],
          maxCredit: '60',
        },
      },
    },
    { name: 'verify', persona: null, document: verify, variables: { t: statement } },
    {
      name: 'verify: nonsense',
      persona: null,
      document: verify,
      variables: { t: 'eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJ4In0.AAAA' },
    },
    {
      name: 'viewer',
      persona: regular,
      document: `{ viewer { learner { enrolments(first: 20) { totalCount nodes { id status history { from to } run { id startsAt course { ${courseFields} } } payment { id status amount { formatted } refunds { id status } } creditRecord { id status } refundability { refundable } } } } } }`,
    },
    {
      name: 'viewer: credentials',
      persona: personas.owner,
      document:
        '{ viewer { learner { creditRecords(first: 50) { nodes { credential transcript { learningOutcomes } } } } } }',
    },
    {
      name: 'viewer: progress',
      persona: personas.owner,
      document: '{ viewer { learner { enrolments(first: 20) { nodes { progress { stepsCompletedRatio } } } } } }',
    },
    {
      name: 'viewer: operator',
      persona: personas.operator,
      document:
        '{ viewer { operator { payments(first: 100) { totalCount nodes { id status amount { formatted } history { from to } refunds { id } } } enrolments(first: 50, search: "bench") { totalCount nodes { id } } } } }',
    },
  ]
}

export const worstInputs = (ground: Ground): WorstInput[] => [...searches(ground), ...others(ground)]
