/** Holds the GraphQL documents of the examples, one for each tab. */

export const browse = `# Anyone may browse.
query BrowseCourses($search: String, $filter: CourseFilter) {
  courses(first: 10, search: $search, filter: $filter, orderBy: NEXT_START) {
    totalCount
    nodes {
      slug
      title
      credit { amount scheme level }
      awardingInstitution { name }
      nextRun { id startsAt price { formatted } placesRemaining refundDeadline }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`

const openRuns = `# Finds a run to put into the variables.
query OpenRuns {
  courses(first: 20, filter: { openForEnrolment: true }, orderBy: NEXT_START) {
    nodes { title nextRun { id startsAt openForEnrolment placesRemaining price { formatted } } }
  }
}
`

const complete = `# Call it when the buyer is back; the provider's webhook does the same.
mutation CompletePayment($payment: CompletePaymentInput!) {
  completePayment(input: $payment) {
    enrolment { id status }
    payment { id status method failure { message } }
    userErrors { code message }
  }
}
`

/** `name` is the operation's: it is alike for every way to pay. */
export const enrol = (name: string) => `# Ask as a learner, e.g. ada. Then open redirectUrl and pay.
mutation ${name}($input: EnrolInput!) {
  enrol(input: $input) {
    enrolment { id status }
    payment { id status amount { formatted } action { redirectUrl expiresAt } }
    userErrors {
      code
      message
      field
      ... on PartnerAccountRequired { partnerAccount { invitationUrl } }
    }
  }
}

${complete}
${openRuns}`

export const watch = `# Ask as the learner. It answers at every change until it is stopped.
subscription WatchEnrolment($enrolmentId: ID!) {
  enrolmentUpdated(enrolmentId: $enrolmentId) {
    id
    status
    payment { status }
    history { to at }
  }
}
`

const myEnrolments = `query MyEnrolments {
  viewer {
    learner {
      enrolments(first: 10) {
        nodes {
          id
          status
          run { course { title } startsAt refundDeadline }
          refundability { refundable reason deadline maximum { formatted } }
        }
      }
    }
  }
}
`

export const refund = `# Ask as the learner; MyEnrolments says which can be refunded.
mutation RequestRefund($input: RequestRefundInput!) {
  requestRefund(input: $input) {
    refund { id status amount { formatted } }
    enrolment { id status }
    userErrors { code message field ... on RefundWindowClosed { closedAt } }
  }
}

${myEnrolments}`

const myCredit = `query MyCredit {
  viewer {
    learner {
      creditRecords(first: 10) { nodes { id status awardedOn course { title } credit { amount scheme level } } }
    }
  }
}
`

export const share = `# Ask as the learner, e.g. ada.
mutation ShareCredit($input: ShareCreditInput!) {
  shareCredit(input: $input) {
    creditShare { id code url expiresAt }
    userErrors { code message field }
  }
}

# Ask as the institution, e.g. registrar. The learner sees who looked.
query OpenShare($code: String!) {
  creditShare(code: $code) {
    learnerName
    creditRecords { id course { title } credit { amount scheme level } grade }
  }
}

${myCredit}`

const qualification = (institutionSlug: string, slug: string) => `query FindQualification {
  qualification(institutionSlug: "${institutionSlug}", slug: "${slug}") { id title }
}
`

/** Takes credit in multiples of 30: one microcredential alone does not count. */
const certificate = qualification('the-open-university', 'pg-certificate-professional-practice')
/** Takes what ada has. */
const master = qualification('university-of-northmoor', 'msc-leadership')

const answer = `outcome
    explanation
    transferable
    remaining
    claims { title status counted explanation findings { message clause } }
    improvements { message transferableThen }
    validUntil
    digest`

export const check = `# Ask as the learner whose credit it is; courses may be named before they are bought.
query CheckEligibility($input: TransferEligibilityInput!) {
  transferEligibility(input: $input) {
    ${answer}
  }
}

${certificate}
${myCredit}`

export const batch = `# Anyone may ask about courses and credit from elsewhere, 1000 questions at a time.
query CheckBatch($inputs: [TransferEligibilityInput!]!) {
  transferEligibilityBatch(inputs: $inputs) {
    ... on TransferEligibility { clientRef outcome transferable remaining improvements { message } }
    ... on TransferEligibilityRejected { index clientRef userErrors { code message field } }
  }
}

${certificate}`

export const apply = `# Ask as the learner: what would count is reserved until the institution answers.
mutation ApplyForTransfer($input: ApplyForTransferInput!) {
  applyForTransfer(input: $input) {
    application { id status eligibility { outcome transferable } }
    userErrors { code message field }
  }
}

${master}
${myCredit}`

export const decide = `# Ask as staff of the institution, e.g. registrar-2.
mutation DecideApplication($input: DecideTransferApplicationInput!) {
  decideTransferApplication(input: $input) {
    application { id status agreedCredit reasons decidedAt }
    userErrors { code message field }
  }
}

query ApplicationsToDecide {
  viewer {
    staff {
      transferApplications(first: 10, status: [SUBMITTED]) {
        nodes { id status applicant { displayName } qualification { title } eligibility { outcome transferable } }
      }
    }
  }
}
`
