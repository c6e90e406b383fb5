/** Queries many transfer checks at once, each a typed union member. */
import { ask } from './ask'
import { type DocumentType, graphql } from './gql'

export const checks = graphql(/* GraphQL */ `
  query Checks($inputs: [TransferEligibilityInput!]!) {
    transferEligibilityBatch(inputs: $inputs) {
      __typename
      ... on TransferEligibility {
        clientRef
        outcome
        transferable
        asOf
        statement
        claims { ref counted findings { rule status message } }
      }
      ... on TransferEligibilityRejected { clientRef userErrors { __typename code message } }
    }
  }
`)

type Check = NonNullable<DocumentType<typeof checks>['transferEligibilityBatch']>[number]

/** One sentence for each question, in their order. */
export async function checkAll(url: string, qualificationId: string, courseIds: readonly string[]): Promise<string[]> {
  const inputs = courseIds.map((id) => ({ qualificationId, courseIds: [id], clientRef: id, asOf: '2026-11-23' }))
  const { transferEligibilityBatch } = await ask(url, checks, { inputs })
  return (transferEligibilityBatch ?? []).map(inWords)
}

/** Unions may grow: what this version does not know is passed over, not taken for something else. */
function inWords(check: Check): string {
  switch (check.__typename) {
    case 'TransferEligibility':
      return `${check.clientRef}: ${check.transferable} CATS points as of ${check.asOf} (${check.outcome})`
    case 'TransferEligibilityRejected':
      return check.userErrors.map(({ message }) => message).join(' ')
    default:
      return 'An answer that this version cannot show'
  }
}
