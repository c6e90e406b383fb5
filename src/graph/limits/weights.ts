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

/** Of a request that asks for nothing: door, token, limits, log and metrics. */
export const REQUEST_POINTS = 10
/** A number, text, list or object among the inputs: it is parsed, looked at and coerced. */
const INPUT_VALUE_POINTS = 0.25
const INPUT_KILOBYTE_POINTS = 1

/** Of a document that is not known: to parse it, measure it, validate it and work out its price. */
const DOCUMENT_CHARACTERS_PER_POINT = 10

export const documentPoints = (text: string): number => Math.ceil(text.length / DOCUMENT_CHARACTERS_PER_POINT)

type Values = Readonly<Record<string, unknown>>
/** Points of each time that a field is resolved, whatever it answers. */
type Work = number | ((args: Values) => number)

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0)

function claimsIn(input: Values): number {
  return lengthOf(input.creditRecordIds) + lengthOf(input.courseIds) + lengthOf(input.externalCredits)
}

const CHECK_POINTS = 5
const CLAIM_POINTS = 2
const SUBSETS_PER_POINT = 64
const MOST_SEARCH_POINTS = 2_000

function checkPoints(input: Values): number {
  const claims = claimsIn(input)
  const search = Math.min(MOST_SEARCH_POINTS, Math.floor(2 ** claims / SUBSETS_PER_POINT))
  return CHECK_POINTS + CLAIM_POINTS * claims + search
}

const sumOfChecks = ({ inputs }: Values) =>
  ((inputs as Values[] | undefined) ?? []).reduce((sum, input) => sum + checkPoints(input), 0)

const WRITE_POINTS = 300
const UPSTREAM_POINTS = 600

export const works: Readonly<Record<string, Work>> = {
  'Query.courses': 60,
  'CourseConnection.totalCount': 50,
  'CourseConnection.facets': 100,
  'Course.countsTowards': 5,
  'CourseRun.placesRemaining': 40,
  'Enrolment.progress': 40,
  'Query.creditShare': 300,
  'Query.transferEligibility': ({ input }) => checkPoints((input ?? {}) as Values),
  'Query.transferEligibilityBatch': sumOfChecks,
  'TransferEligibility.statement': 30,
  'CreditRecord.credential': 30,
  'Query.transferPolicyDryRun': 200,
  'Query.verify': 40,
  'Mutation.linkPartnerAccount': UPSTREAM_POINTS,
  'Mutation.enrol': UPSTREAM_POINTS,
  'Mutation.completePayment': UPSTREAM_POINTS,
  'Mutation.retryPayment': UPSTREAM_POINTS,
  'Mutation.cancelEnrolment': WRITE_POINTS,
  'Mutation.requestRefund': WRITE_POINTS,
  'Mutation.resolveStuckEnrolment': WRITE_POINTS,
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
