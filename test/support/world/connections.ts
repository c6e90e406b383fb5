/** Lists every paged list of the schema with its query, reader and table. */
import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, isObjectType } from 'graphql'
import { CourseOrder } from '../../../src/courses/course-filter.ts'
import { type Made, manyOfEach } from './many-of-each.ts'
import type { World } from './world.ts'

/** One paged list. */
export interface PagedList {
  /** `Type.field`, as in the schema. */
  name: string
  persona: string | null
  /** Whether it also pages from its end. */
  backward: boolean
  /** Its other arguments: '' and whatever orders or narrows it. */
  variants: readonly string[]
  /** Whose rows make its entries. */
  table: string
  /** Wraps the connection, e.g. `courses(first: 2) { … }`, in a document. */
  document(connection: string): string
  /** Takes the connection out of the answer. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
  take(data: any): Connection
}

export interface Connection {
  edges: { cursor: string; node: Record<string, unknown> }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  totalCount: number
}

/** Every field of the schema that answers a connection, with the names of its arguments. */
export const connectionFields = Object.values(buildSchema(readFileSync('schema.graphql', 'utf8')).getTypeMap())
  .filter((type) => isObjectType(type))
  .flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .map((field) => ({ name: `${type.name}.${field.name}`, args: field.args.map(({ name }) => name) })),
  )

/** The innermost object that has edges. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is the document's
function innermost(data: any): Connection {
  if (data?.edges) return data
  const inner = Object.values(data ?? {}).find((value) => value !== null && typeof value === 'object')
  if (inner === undefined) throw new Error(`no connection in ${JSON.stringify(data)}`)
  return innermost(Array.isArray(inner) ? inner[0] : inner)
}

/** Makes entries for all lists, and answers with the lists. */
export async function pagedLists(world: World): Promise<PagedList[]> {
  return listed(await manyOfEach(world))
}

type Entry = Partial<PagedList> & Pick<PagedList, 'name' | 'table'> & { inside?: string }

/** A list inside of `inside`, whose opening brackets are closed behind it. */
function list({ inside = '{', ...entry }: Entry): PagedList {
  const close = ' }'.repeat(inside.split('{').length - 1)
  const document = (connection: string) => `${inside} ${connection}${close}`
  return { persona: null, backward: true, variants: [''], take: innermost, document, ...entry }
}

/** Every order, by both directions, alone and with what narrows the list. */
const courseVariants = [
  ...Object.values(CourseOrder).flatMap((order) => [`orderBy: ${order}`, `orderBy: ${order}, direction: DESCENDING`]),
  'search: "e"',
  'search: "e", direction: ASCENDING',
  'search: "leadershpi"',
  'slugs: ["evidence-based-coaching", "agile-project-leadership", "responsible-ai-in-practice", "no-such-course"]',
  'orderBy: TITLE, search: "e", filter: { levels: [POSTGRADUATE] }',
  'orderBy: NEXT_START, filter: { openForEnrolment: true, languages: ["en"] }',
  'orderBy: PRICE, filter: { currency: "GBP" }',
  'orderBy: CREDIT, filter: { minCredit: "10" }',
]

function listed({ learner, share, qualification }: Made): PagedList[] {
  const ofApplications = ['', 'status: [SUBMITTED]', `qualificationId: "${qualification}"`]
  const applications = {
    table: 'transfer_application',
    variants: [...ofApplications, 'updatedSince: "2020-01-01T00:00:00Z"'],
  }
  const ofLearner = { persona: learner, inside: '{ viewer { learner {' }
  const ofOperator = { persona: 'operator', backward: false, inside: '{ viewer { operator {' }
  const node = (id: string, type: string) => `{ node(id: "${id}") { ... on ${type} {`
  return [
    { name: 'Query.institutions', table: 'institution' },
    { name: 'Query.courses', table: 'course', variants: courseVariants },
    {
      name: 'Query.qualifications',
      table: 'qualification',
      variants: [
        '',
        'filter: { kind: MASTERS }',
        'filter: { search: "e" }',
        'filter: { institutionSlug: "the-open-university" }',
      ],
    },
    {
      name: 'Institution.qualifications',
      table: 'qualification',
      inside: '{ institution(slug: "the-open-university") {',
    },
    {
      name: 'Course.runs',
      table: 'course_run',
      variants: ['', 'upcomingOnly: true'],
      inside: '{ course(slug: "evidence-based-coaching") {',
    },
    {
      name: 'Course.countsTowards',
      table: 'qualification',
      backward: false,
      inside: '{ course(slug: "evidence-based-coaching") {',
    },
    { name: 'Qualification.transferPolicies', table: 'transfer_policy', inside: node(qualification, 'Qualification') },
    {
      ...ofLearner,
      name: 'Learner.enrolments',
      table: 'enrolment',
      variants: ['', 'status: [COMPLETED, PENDING_PAYMENT]'],
    },
    { ...ofLearner, name: 'Learner.creditRecords', table: 'credit_record' },
    { ...ofLearner, name: 'Learner.receipts', table: 'receipt', backward: false },
    { ...ofLearner, name: 'Learner.creditShares', table: 'credit_share' },
    { ...ofLearner, name: 'Learner.transferApplications', table: 'transfer_application' },
    {
      ...applications,
      name: 'InstitutionStaff.transferApplications',
      persona: 'registrar-2',
      inside: '{ viewer { staff {',
    },
    {
      ...applications,
      name: 'InstitutionClient.transferApplications',
      persona: 'institution-client-2',
      inside: '{ viewer { client {',
    },
    {
      ...ofOperator,
      name: 'Operator.enrolments',
      table: 'enrolment',
      variants: ['', 'status: [STUCK]', 'search: "pia"'],
    },
    { ...ofOperator, name: 'Operator.payments', table: 'payment', variants: ['', 'status: [SUCCEEDED]'] },
    { ...ofOperator, name: 'Operator.refunds', table: 'refund', variants: ['', 'status: [REQUESTED, SUCCEEDED]'] },
    {
      ...ofOperator,
      name: 'Operator.disputes',
      table: 'dispute',
      variants: [
        '',
        'status: [OPEN, WITHDRAWN]',
        'stage: [INQUIRY]',
        'search: "pia"',
        'openedFrom: "2020-01-01T00:00:00Z"',
      ],
    },
    {
      ...ofOperator,
      name: 'Operator.cases',
      table: 'operator_case',
      variants: ['', 'status: [OPEN]', 'search: "pia"'],
    },
    { ...ofOperator, name: 'Operator.stuckEnrolments', table: 'enrolment' },
    { ...ofOperator, name: 'Operator.reconciliations', table: 'reconciliation' },
    { ...ofOperator, name: 'Operator.refundRuns', table: 'refund_run' },
    {
      ...ofOperator,
      name: 'RefundRun.items',
      table: 'refund_run_item',
      variants: ['', 'status: [DONE, UNDER_WAY]'],
      inside: '{ viewer { operator { refundRuns(first: 1) { nodes {',
    },
    {
      name: 'CreditShare.accesses',
      table: 'share_access',
      persona: learner,
      backward: false,
      inside: node(share, 'CreditShare'),
    },
    {
      ...ofOperator,
      name: 'Reconciliation.corrections',
      table: 'correction',
      inside: '{ viewer { operator { reconciliations(first: 1) { nodes {',
    },
    casesOfDryRun(qualification),
  ].map(list)
}

/** Its page arguments are those of the field above it. */
function casesOfDryRun(qualification: string): Entry {
  const policy = `input: { qualificationId: "${qualification}", effectiveFrom: "2050-01-01",
    agreement: AUTOMATIC, acceptedLevels: [], maxCredit: "1" }`
  return {
    name: 'TransferPolicyDryRun.cases',
    table: 'transfer_application',
    persona: 'registrar-2',
    backward: false,
    document(connection) {
      const [, page = '', selection = ''] = /^cases(?:\((.*?)\))? (\{[\s\S]*)$/.exec(connection) ?? []
      return `{ transferPolicyDryRun(${policy} ${page}) { cases ${selection} } }`
    },
  }
}

const nodeFields: Record<string, string> = {
  'CreditShare.accesses': 'at by',
  'Reconciliation.corrections': 'note',
  'RefundRun.items': 'enrolment { id }',
  'TransferPolicyDryRun.cases': 'application { id }',
}

/** One page of a list: `args` as GraphQL writes them, without the parentheses. */
export const pageOf = ({ name, document }: PagedList, args: string): string => {
  const field = name.slice(name.indexOf('.') + 1)
  return document(
    `${field}${args.trim() ? `(${args})` : ''} { edges { cursor node { ${nodeFields[name] ?? 'id'} } } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
  )
}
