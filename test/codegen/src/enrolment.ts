/** Enrols with refusals as typed data and subscribes to the enrolment. */
import { ask } from './ask'
import { type DocumentType, graphql, readFragment } from './gql'

export const refusal = graphql(/* GraphQL */ `
  fragment Refusal on UserError {
    __typename
    code
    message
    field
    ... on EnrolmentClosed { opensAt closesAt }
    ... on AlreadyEnrolled { enrolment { id status } }
    ... on ProviderUnavailable { retryAfterSeconds }
  }
`)

export const enrol = graphql(/* GraphQL */ `
  mutation Enrol($input: EnrolInput!) {
    enrol(input: $input) {
      enrolment { id status }
      payment { id action { redirectUrl expiresAt } }
      userErrors { ...Refusal }
    }
  }
`)

export const enrolmentUpdated = graphql(/* GraphQL */ `
  subscription EnrolmentUpdated($enrolmentId: ID!) {
    enrolmentUpdated(enrolmentId: $enrolmentId) {
      status
      studyUrl
      history { at to cause }
    }
  }
`)

/** Where the buyer goes next, or a sentence about why not. */
export async function enrolByCard(url: string, courseRunId: string, returnUrl: string): Promise<URL | string> {
  const input = { courseRunId, returnUrl, paymentMethod: 'CARD', termsAccepted: true } as const
  const answer = await ask(url, enrol, { input: { ...input, idempotencyKey: crypto.randomUUID() } })
  if (answer.enrol === null) return 'Something went wrong; please try again.'
  const [first] = answer.enrol.userErrors
  if (first) return inWords(readFragment(refusal, first))
  const action = answer.enrol.payment?.action
  return action ? new URL(action.redirectUrl) : 'You are enrolled.'
}

/** Each refusal has the data that a screen needs; those that this screen does not know say themselves what they mean. */
function inWords(error: DocumentType<typeof refusal>): string {
  switch (error.__typename) {
    case 'EnrolmentClosed':
      return `Enrolment was open from ${error.opensAt} to ${error.closesAt}.`
    case 'AlreadyEnrolled':
      return `You are enrolled: ${error.enrolment.status}.`
    case 'ProviderUnavailable':
      return `Please try again in ${error.retryAfterSeconds ?? 60} seconds.`
    default:
      return error.message
  }
}

/** What a listener shows; statuses may grow. */
export function progress({ enrolmentUpdated: { status, studyUrl } }: DocumentType<typeof enrolmentUpdated>): string {
  switch (status) {
    case 'REGISTERED':
      return studyUrl ?? 'Registered'
    case 'PENDING_PAYMENT':
      return 'Waiting for the payment'
    default:
      return status.toLowerCase()
  }
}
