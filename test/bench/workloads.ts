/** Lists the operations that are measured and whose statements are counted. */
import { globalId } from '../../src/graph/contract/global-id.ts'
import { uuidOfRow } from './fill.ts'

/** Courses with level, credit, next run and prices. */
export const catalogue = `query Catalogue($first: Int, $after: String) {
  courses(first: $first, after: $after) {
    nodes {
      id slug title level
      credit { amount scheme level framework }
      nextRun { id startsAt endsAt price { amountMinor currency } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

/** A learner's enrolments with run, course, payment, refunds and credit record. */
export const dashboard = `query Dashboard($first: Int) {
  viewer {
    learner {
      enrolments(first: $first) {
        nodes {
          id status
          run { id startsAt endsAt course { id slug title } }
          payment { id status amount { amountMinor currency } refunds { id status amount { amountMinor currency } } }
          creditRecord { id status awardedOn grade credit { amount scheme } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`

export const typename = '{ __typename }'

/** Answered from memory: it keeps the gateway busy, and neither PostgreSQL nor whoever asks. */
export const schemaTour =
  '{ __schema { types { kind possibleTypes { kind } fields { isDeprecated type { kind ofType { kind } } } } } }'

export const eligibility = `query Eligibility($input: TransferEligibilityInput!) {
  transferEligibility(input: $input) {
    outcome transferable potential remaining
    claims { ref status counted placedAtLevel findings { rule status message } }
  }
}`

export const eligibilityBatch = `query Batch($inputs: [TransferEligibilityInput!]!) {
  transferEligibilityBatch(inputs: $inputs) {
    __typename
    ... on TransferEligibility { outcome transferable clientRef }
    ... on TransferEligibilityRejected { index userErrors { code } }
  }
}`

/** The ids of credit records, from the first to one before `to`. */
export const recordIds = (to: number, from = 0): string[] =>
  Array.from({ length: to - from }, (_, n) => globalId('CreditRecord', uuidOfRow('creditRecord', from + n)))

/** The ids of courses, the same way. */
export const courseIds = (to: number, from = 0): string[] =>
  Array.from({ length: to - from }, (_, n) => globalId('Course', uuidOfRow('course', from + n)))

/** The same questions in the words of the ordinary stack, which has no connections and no viewer. */
export const ordinaryCatalogue = `query Catalogue($first: Int!) {
  courses(first: $first) {
    id slug title level
    credit { amount scheme level framework }
    nextRun { id startsAt endsAt price { amountMinor currency } }
  }
}`

export const ordinaryDashboard = `query Dashboard($first: Int!) {
  enrolments(first: $first) {
    id status
    run { id startsAt endsAt course { id slug title } }
    payment { id status amount { amountMinor currency } refunds { id status amount { amountMinor currency } } }
    creditRecord { id status awardedOn grade credit { amount scheme } }
  }
}`
