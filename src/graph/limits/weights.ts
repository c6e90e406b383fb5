/** Weighs requests, inputs and fields in points, by measured processor time. */
import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  isInterfaceType,
  isObjectType,
  visit,
} from 'graphql'
import type { Count, Occurrence } from './list-size.ts'

/**
 * Of a request that asks for nothing: door, token, limits, log and metrics take 61 to 90 µs. A point is some 10 µs of
 * processor time, of the gateway and of PostgreSQL together, on the machine of the bench.
 */
export const REQUEST_POINTS = 10
/** A number, text, list or object among the inputs: it is parsed, looked at and coerced in some 2 µs. */
const INPUT_VALUE_POINTS = 0.25
const INPUT_KILOBYTE_POINTS = 1

/** Of a document that is not known: it is parsed, measured, validated and priced, some 1 µs a character. */
const DOCUMENT_CHARACTERS_PER_POINT = 10

/**
 * Of a body larger than a screen's: it is read, decoded, parsed and coerced in one piece, 2 MB of ids in some 20 ms. Taken
 * before it is read, so that a full bucket lets 400 kB wait in memory for each 800 points.
 */
const BODY_BYTES_PER_POINT = 512

export const bodyPoints = (bytes: number): number => Math.ceil(bytes / BODY_BYTES_PER_POINT)

export const documentPoints = (text: string): number => Math.ceil(text.length / DOCUMENT_CHARACTERS_PER_POINT)

type Values = Readonly<Record<string, unknown>>
/** Points of each time that a field is resolved, whatever it answers. */
type Work = number | ((args: Values) => number)

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0)

/** A check of one claim takes 50 µs, each further claim some 20 µs. */
const CHECK_POINTS = 5
const CLAIM_POINTS = 2
/** The search for the best set: 12 claims of odd amounts 0.5 ms, 15 of them 3.5 ms, 40 claims 12 ms and 35 ms at worst. */
const SEARCH_STEPS_PER_POINT = 64
const MOST_SEARCH_POINTS = 2_000

function checkPoints(input: Values): number {
  const claims = lengthOf(input.creditRecordIds) + lengthOf(input.courseIds) + lengthOf(input.externalCredits)
  const search = Math.min(MOST_SEARCH_POINTS, Math.floor(2 ** claims / SEARCH_STEPS_PER_POINT))
  return CHECK_POINTS + CLAIM_POINTS * claims + search
}

/** A page of courses takes 0.7 ms before its first entry, a filter with everything in it 4 ms, a search 2 ms and its words. */
const LIST_POINTS = 60
const FILTER_POINTS = 300
const SEARCH_POINTS = 200
const WORD_POINTS = 4
/** Looked for among all words, as it may be misspelt: 0.7 ms for one whose letters many of 10,000 words have. */
const LONG_WORD_POINTS = 70
const LONG_WORD_LETTERS = 5
const MOST_LONG_WORDS = 8

function searchPoints(search: string): number {
  const words = search.split(/\s+/)
  const long = Math.min(MOST_LONG_WORDS, words.filter((word) => word.length >= LONG_WORD_LETTERS).length)
  return SEARCH_POINTS + WORD_POINTS * words.length + LONG_WORD_POINTS * long
}

function coursesPoints({ search, filter }: Values): number {
  const found = typeof search === 'string' ? searchPoints(search) : 0
  return LIST_POINTS + found + (filter == null ? 0 : FILTER_POINTS)
}

/** A transaction with its history and jobs takes 3 to 6 ms of a warm gateway, 6 to 10 ms of a cold one. */
const WRITE_POINTS = 300
/** The same with a call of an upstream in it: 13 ms of a cold gateway. */
const UPSTREAM_POINTS = 600

/** Reading a row takes 2.2 times what a request takes that asks for nothing, a list of a small table with its count 2.9 times. */
const READ_POINTS = 20
const SHORT_LIST_POINTS = 40
/** All versions of a qualification's policy with their clauses take 0.4 of such a request, and twice of one while it is cold. */
const VERSIONS_POINTS = 30
/** A desk's list is counted over all that there is: two with a search of 4,000 enrolments and 150 rows take 20 requests' time. */
const DESK_COUNT_POINTS = 100
/** A person's own are some dozens, counted in a statement of its own: a read. */
const OWN_COUNT_POINTS = 20
/** A subscription's start is a read and a place at the listener: 4.5 times a request. */
const LISTEN_POINTS = 40
/** All of a policy is hashed, 250,000 characters at most: 0.9 ms of those, 0.03 ms of an ordinary one. */
const DIGEST_POINTS = 20

/** What fields weigh, by coordinate; whoever adds a root field adds it here. */
export const works: Readonly<Record<string, Work>> = {
  'Query.courses': coursesPoints,
  'Query.course': READ_POINTS,
  'Query.institution': READ_POINTS,
  'Query.terms': READ_POINTS,
  'Query.institutions': SHORT_LIST_POINTS,
  'Query.qualification': READ_POINTS,
  'Query.qualifications': SHORT_LIST_POINTS,
  'Query.node': READ_POINTS,
  'Query.nodes': READ_POINTS,
  'Query.viewer': READ_POINTS,
  'Qualification.transferPolicies': VERSIONS_POINTS,
  'EnrolmentConnection.totalCount': DESK_COUNT_POINTS,
  'PaymentConnection.totalCount': DESK_COUNT_POINTS,
  'RefundConnection.totalCount': DESK_COUNT_POINTS,
  'DisputeConnection.totalCount': DESK_COUNT_POINTS,
  'TransferApplicationConnection.totalCount': DESK_COUNT_POINTS,
  'CaseConnection.totalCount': DESK_COUNT_POINTS,
  'ReconciliationConnection.totalCount': OWN_COUNT_POINTS,
  'RefundRunConnection.totalCount': OWN_COUNT_POINTS,
  'RefundRunItemConnection.totalCount': DESK_COUNT_POINTS,
  'ReceiptConnection.totalCount': OWN_COUNT_POINTS,
  'CreditRecordConnection.totalCount': OWN_COUNT_POINTS,
  'CreditShareConnection.totalCount': OWN_COUNT_POINTS,
  // Counted over the whole list: 5 to 10 ms with a filter, four times for its facets.
  'CourseConnection.totalCount': 300,
  'CourseConnection.facets': 1_000,
  // Its texts are read anew, 0.1 ms, of 2,000 characters 0.2 ms.
  'CourseEdge.highlights': 15,
  'Course.countsTowards': 5,
  // Asked of the partner, joined by the run.
  'CourseRun.placesRemaining': 40,
  // The same, and what speaks for and against the learner.
  'CourseRun.enrolability': 60,
  // Each payment of the run with its balance: of a full run some milliseconds.
  'CourseRun.moneyHeld': DESK_COUNT_POINTS,
  'Enrolment.progress': 40,
  // Each look is logged.
  'Query.creditShare': WRITE_POINTS,
  'Query.transferEligibility': ({ input }) => READ_POINTS + checkPoints((input ?? {}) as Values),
  'Query.transferEligibilityBatch': ({ inputs }) =>
    ((inputs ?? []) as Values[]).reduce((sum, input) => sum + checkPoints(input), READ_POINTS),
  'TransferEligibility.digest': DIGEST_POINTS,
  // Signing by an elliptic curve, 0.3 ms.
  'TransferEligibility.statement': 30,
  'CreditRecord.credential': 30,
  'Receipt.documentUrl': 30,
  // A year of them, summed over all that moved.
  'Operator.moneyByDay': DESK_COUNT_POINTS,
  // Each of up to 2,000 applications is decided anew.
  'Query.transferPolicyDryRun': 2_000,
  // A signature is verified, 0.4 ms.
  'Query.verify': 40,
  'Subscription.enrolmentUpdated': LISTEN_POINTS,
  'Subscription.myEnrolmentsChanged': LISTEN_POINTS,
  'Subscription.transferApplicationUpdated': LISTEN_POINTS,
  'Mutation.linkPartnerAccount': UPSTREAM_POINTS,
  'Mutation.enrol': UPSTREAM_POINTS,
  'Mutation.completePayment': UPSTREAM_POINTS,
  'Mutation.retryPayment': UPSTREAM_POINTS,
  'Mutation.cancelEnrolment': WRITE_POINTS,
  'Mutation.requestRefund': UPSTREAM_POINTS,
  'Mutation.withdrawEnrolment': WRITE_POINTS,
  'Mutation.deferEnrolment': UPSTREAM_POINTS,
  'Mutation.resolveStuckEnrolment': WRITE_POINTS,
  'Mutation.acknowledgeCase': WRITE_POINTS,
  'Mutation.resolveCase': UPSTREAM_POINTS,
  // As many items as the run has enrolments, in one transaction.
  'Mutation.reconcile': UPSTREAM_POINTS,
  'Mutation.refundRun': UPSTREAM_POINTS,
  // A year of a table is read when its address is opened.
  'Mutation.exportMoney': WRITE_POINTS,
  'Mutation.shareCredit': WRITE_POINTS,
  'Mutation.revokeCreditShare': WRITE_POINTS,
  'Mutation.applyForTransfer': WRITE_POINTS,
  'Mutation.withdrawTransferApplication': WRITE_POINTS,
  'Mutation.decideTransferApplication': WRITE_POINTS,
  'Mutation.publishTransferPolicy': WRITE_POINTS,
}

/** Sets on the built schema's fields what they weigh. Throws for a field that there is not. */
export function publishWeights(schema: GraphQLSchema, works: Readonly<Record<string, Work>>): void {
  for (const [coordinate, work] of Object.entries(works)) {
    const [typeName = '', fieldName = ''] = coordinate.split('.')
    const type = schema.getType(typeName)
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined
    if (!field) throw new Error(`There is no field ${coordinate} that could weigh anything.`)
    field.extensions = { ...field.extensions, work }
  }
}

/** Points of resolving the field once; those of literals are known for good. */
export function workOf({ field, node }: Occurrence): Count {
  const work = field.extensions.work as Work | undefined
  if (typeof work !== 'function') return work ?? 0
  const weigh = (variables: Values) => work(argumentsOf(field, node, variables))
  return hasVariables(node) ? weigh : weigh({})
}

/** Points of resolving the field once with these arguments and no more. */
export function leastWorkOf({ extensions }: GraphQLField<unknown, unknown>, args: Values): number {
  const work = (extensions.work ?? 0) as Work
  return typeof work === 'function' ? work(args) : work
}

/** Validated and coerced before; what is still wrong is said where the field is resolved. */
function argumentsOf(field: GraphQLField<unknown, unknown>, node: Occurrence['node'], variables: Values): Values {
  try {
    return getArgumentValues(field, node, variables)
  } catch {
    return {}
  }
}

function hasVariables({ arguments: given = [] }: Occurrence['node']): boolean {
  let found = false
  for (const argument of given) {
    visit(argument, {
      Variable: () => {
        found = true
      },
    })
  }
  return found
}

/** Points of values in variables, which may be of any shape. */
export function inputPoints(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  let points = 0
  for (const name in value) points += INPUT_VALUE_POINTS + pointsOf((value as Record<string, unknown>)[name])
  return points
}

function pointsOf(value: unknown): number {
  return typeof value === 'string' ? textPoints(value) : inputPoints(value)
}

const textPoints = (text: string) => Math.floor(text.length / 1024) * INPUT_KILOBYTE_POINTS

/** Points of the values that stand in a document. */
export function literalPoints(document: DocumentNode): number {
  let points = 0
  const one = () => {
    points += INPUT_VALUE_POINTS
  }
  visit(document, {
    StringValue: ({ value }) => {
      points += INPUT_VALUE_POINTS + textPoints(value)
    },
    IntValue: one,
    FloatValue: one,
    BooleanValue: one,
    EnumValue: one,
    ListValue: one,
    ObjectValue: one,
  })
  return points
}
