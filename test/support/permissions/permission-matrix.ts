/** Lists who may see which field of every type. */
import { inDays } from '../world/study.ts'
import type { Audience } from './audiences.ts'
import { corrections, dryRun, lists } from './permission-lists.ts'

/**
 * Fields of a type by who may see them, and where the test finds one: a row's own node or another way in. Whoever is in
 * no circle of the type does not reach it; whoever reaches it and is not in a field's circle finds null there.
 */
export interface TypeEntry {
  at: string
  fields: Partial<Record<Audience, string>>
}

const connection = 'edges nodes pageInfo totalCount'
const edge = 'cursor node'
const list = (at: string, audience: Audience, more = ''): TypeEntry => ({
  at,
  fields: { [audience]: `${connection}${more}` },
})
const inList = (at: string, audience: Audience, more = ''): TypeEntry => ({
  at: `${at} > edges`,
  fields: { [audience]: `${edge}${more}` },
})
const all = (at: string, audience: Audience, fields: string): TypeEntry => ({ at, fields: { [audience]: fields } })

const answer = `transferEligibility(input: { qualificationId: "$Qualification", courseIds: ["$Course"] })`
const batch = `transferEligibilityBatch(inputs: [{ qualificationId: "nonsense", courseIds: ["$Course"] }])`
const excluding = 'institutions(first: 100) > nodes > qualifications(first: 100) > nodes > transferPolicy'

/** Without connections, which follow. `Type` alone finds the sample by its id. */
const things: Record<string, TypeEntry> = {
  Viewer: {
    at: 'viewer',
    fields: { signedIn: 'id', learners: 'learner', allStaff: 'staff', allMachines: 'client', operator: 'operator' },
  },
  Learner: {
    at: 'Learner',
    fields: {
      owner: 'creditShares',
      ownerAndOperator:
        'id displayName email timeZone partnerAccount enrolments creditRecords transferApplications receipts',
    },
  },
  PartnerAccount: all('Learner > partnerAccount', 'ownerAndOperator', 'status invitationUrl linkedAt'),
  InstitutionStaff: all('viewer > staff', 'allStaff', 'id displayName institution transferApplications'),
  InstitutionClient: all('viewer > client', 'allMachines', 'id clientId institution transferApplications'),
  Operator: all(
    'viewer > operator',
    'operator',
    `id displayName reconciliations lists missingPermissions stuckEnrolments enrolments payments refunds disputes refundRuns
      moneyByDay cases caseCounts`,
  ),
  Institution: all('Institution', 'everybody', 'id slug name country participating qualifications'),
  Qualification: all(
    'Qualification',
    'everybody',
    'id slug title kind institution totalCredit levels transferPolicy transferPolicies',
  ),
  LevelRequirement: all('Qualification > levels', 'everybody', 'level credit'),
  TransferPolicy: {
    at: 'TransferPolicy',
    fields: {
      everybody: `id version qualification effectiveFrom effectiveTo publishedAt agreement maxCredit levelCaps granularity
        acceptedLevels higherLevelCountsLower minimumGrade maximumAgeYears overAge requiresCmf
        requiresIdentityVerification recognisedAwardingBodies subjects freeChoiceMax allowedCourses exclusions clauses`,
      staffAndOperator: 'publishedBy',
    },
  },
  Exclusion: all(`${excluding} > exclusions`, 'everybody', 'course reason'),
  PolicyClause: all('TransferPolicy > clauses', 'everybody', 'rule text'),
  Course: all(
    'Course',
    'everybody',
    `id slug title summary description subject imageUrl language level awardingInstitution credit hoursPerWeek weeks
      totalStudyHours learningOutcomes assessment cmf runs nextRun countsTowards partnerUrl withdrawnAt freshness`,
  ),
  Credit: all('Course > credit', 'everybody', 'amount amountIn conversion scheme level levelIn framework'),
  CreditConversion: all('Course > credit > conversion(scheme: ECTS)', 'everybody', 'amount scheme exact method'),
  LevelConversion: all('Course > credit > levelIn(framework: EQF)', 'everybody', 'framework levels ambiguous method'),
  Assessment: all('Course > assessment', 'everybody', 'summary formal online identityVerification passMark'),
  CmfConformance: all('Course > cmf', 'everybody', 'status criteria version warnings'),
  CmfCriterion: all('Course > cmf > criteria', 'everybody', 'code status requirement evidence'),
  Freshness: all('Course > freshness', 'everybody', 'source fetchedAt stale'),
  CourseFacets: all('courses(first: 1) > facets', 'everybody', 'subjects levels languages awardingInstitutions'),
  CourseHighlight: all('courses(first: 1, search: "coaching") > edges > highlights', 'everybody', 'field fragments'),
  HighlightFragment: all(
    'courses(first: 1, search: "coaching") > edges > highlights > fragments',
    'everybody',
    'text matched',
  ),
  FacetValue: all('courses(first: 1) > facets > subjects', 'everybody', 'value label count'),
  CourseRun: {
    at: 'CourseRun',
    fields: {
      everybody: `id course startsAt endsAt timeZone enrolmentOpensAt enrolmentClosesAt openForEnrolment price paymentMethods tax
        placesRemaining enrolability refundDeadline refundRight cancelledAt status registrationUrl liveEvents`,
      owner: 'viewerEnrolment',
      operator: 'moneyHeld',
    },
  },
  RefundRight: all(
    'CourseRun > refundRight',
    'everybody',
    'deadline basis contractualDeadline statutoryDeadline summary',
  ),
  WithdrawalOffer: all('Enrolment > withdrawal', 'ownerAndOperator', 'possible forgone message'),
  DeferralOffer: all('Enrolment > deferral', 'ownerAndOperator', 'possible nextRun until reasonCode reason'),
  RunMoney: all('CourseRun > moneyHeld', 'operator', 'enrolments sums skipped'),
  Terms: all('terms', 'everybody', 'version url effectiveFrom includesExpressRequest'),
  TermsAcceptance: all('Enrolment > termsAcceptance', 'ownerAndOperator', 'version acceptedAt expressRequestAt'),
  PriceTax: all('CourseRun > tax', 'everybody', 'treatment rate amount note'),
  Enrolability: all('Course > runs(first: 50) > nodes > enrolability', 'everybody', 'possible reasonCode reason'),
  LiveEvent: {
    at: 'LiveEvent',
    fields: { everybody: 'id title startsAt durationMinutes recordingUrl', owner: 'joinUrl' },
  },
  Money: all('CourseRun > price', 'everybody', 'amountMinor currency amount formatted'),
  PageInfo: all('courses(first: 1) > pageInfo', 'everybody', 'hasNextPage hasPreviousPage startCursor endCursor'),
  Enrolment: {
    at: 'Enrolment',
    fields: {
      ownerAndOperator: `id learner run status holdExpiresAt price termsAcceptance payment payments createdAt
        registeredAt updatedAt studyUrl stuckReason registrationEndedAt registrationEndedBy progress result
        refundability withdrawal deferral deferredFrom deferredTo history creditRecord receipts acknowledgements`,
      operator: 'cases',
    },
  },
  Acknowledgement: all(
    'Enrolment > acknowledgements',
    'ownerAndOperator',
    'id kind receivedAt text documentUrl sentAt',
  ),
  AssessmentResult: all('Enrolment > result', 'ownerAndOperator', 'outcome grade awardedOn identityVerified'),
  Progress: all('Enrolment > progress', 'ownerAndOperator', 'stepsCompleted stepsCompletedRatio freshness'),
  Refundability: all(
    'Enrolment > refundability',
    'ownerAndOperator',
    'refundable reasonCode reason deadline basis maximum',
  ),
  HistoryEntry: {
    at: 'TransferApplication > history',
    fields: { parties: 'at from to cause', operator: 'actor' },
  },
  Payment: {
    at: 'Payment',
    fields: {
      ownerAndOperator: `id enrolment provider method status amount refunded cardBrand cardLast4 action pending failure refunds
        disputes history createdAt capturedAt receipts`,
      operator: 'providerReference buyerEmail references settlement fraudWarningAt cases',
    },
  },
  PaymentPending: {
    at: 'Learner > enrolments(first: 1) > nodes > payments > pending',
    fields: { ownerAndOperator: 'reason message since expectedBy', operator: 'needsOperator' },
  },
  PaymentAction: all('Payment > action', 'ownerAndOperator', 'redirectUrl expiresAt'),
  PaymentFailure: all('Payment > failure', 'ownerAndOperator', 'code message retryable'),
  Refund: {
    at: 'Refund',
    fields: {
      ownerAndOperator: `id payment amount status origin reason failureReason requestedAt settledAt creditNote askedAt dispute
        attempt waitingFor nextTryAt outside`,
      operator: 'providerMessage providerReference',
    },
  },
  OutsideSettlement: {
    at: 'Refund > outside',
    fields: { ownerAndOperator: 'method settledOn', operator: 'reference reason' },
  },
  PaymentReference: all('Payment > references', 'operator', 'kind value dashboardUrl'),
  PaymentSettlement: all(
    'Payment > settlement',
    'operator',
    'fee net exchangeRate availableAt payoutReference paidOutAt',
  ),
  MoneyDay: all(
    `viewer > operator > moneyByDay(from: "${inDays(-1).slice(0, 10)}", to: "${inDays(1).slice(0, 10)}")`,
    'operator',
    'date method currency payments captured refunded settledOutside disputed fees net',
  ),
  Receipt: all(
    'Receipt',
    'ownerAndOperator',
    'id number kind issuedAt voidedAt payment refund corrects seller buyer lines total tax paidBy providerReference documentUrl',
  ),
  ReceiptParty: all('Receipt > seller', 'ownerAndOperator', 'name address email taxNumber'),
  ReceiptLine: all('Receipt > lines', 'ownerAndOperator', 'description taxTreatment taxRate taxNote net tax gross'),
  Dispute: {
    at: 'Dispute',
    fields: {
      ownerAndOperator: 'id payment amount status stage refundable lost settledBy history openedAt closedAt',
      operator: 'reason reasonCode evidenceDueBy evidenceSubmitted fee providerReference dashboardUrl',
    },
  },
  ProviderObject: all(
    'ProviderObject',
    'operator',
    'id provider reference paymentId captured refunded capturedAt buyerEmail',
  ),
  Reconciliation: all('Reconciliation', 'operator', 'id startedAt finishedAt examined dryRun lists corrections'),
  RefundRun: all(
    'RefundRun',
    'operator',
    'id run startedAt finishedAt startedBy total done underWay failed skipped refunded items',
  ),
  RefundRunItem: all('RefundRun > items(first: 1) > nodes', 'operator', 'enrolment refund status reason'),
  MissingPermission: all('viewer > operator > missingPermissions', 'operator', 'provider permission consequence since'),
  ListRead: all('viewer > operator > lists', 'operator', 'source list readUntil succeededAt problem'),
  Case: all(
    'Case',
    'operator',
    `id number kind status since lastSeenAt dueAt subject learner run amount providerReference message detail
      actions acknowledgedBy acknowledgedAt outcome closedBy closedAt log`,
  ),
  CaseEntry: all('Case > log', 'operator', 'at by action note'),
  CaseCount: all('viewer > operator > caseCounts', 'operator', 'kind count oldestSince nextDueAt'),
  Correction: all(`${corrections} > nodes`, 'operator', 'subject providerReference outcome from to note'),
  CreditRecord: {
    at: 'CreditRecord',
    fields: {
      parties: 'id holderName course credit grade status awardedOn identityVerified transcript credential history uses',
      ownerAndOperator: 'learner',
    },
  },
  Transcript: all('CreditRecord > transcript', 'parties', 'learningOutcomes totalStudyHours eqfLevel credit ects'),
  CreditUse: all('CreditRecord > uses', 'parties', 'status application qualification'),
  CreditShare: all(
    'CreditShare',
    'owner',
    'id code url learnerName creditRecords institution expiresAt revokedAt accesses createdAt',
  ),
  ShareAccess: all('CreditShare > accesses(first: 1) > nodes', 'owner', 'at by institution'),
  TransferApplication: {
    at: 'TransferApplication',
    fields: {
      parties: `id applicant qualification eligibility creditRecords status agreedCredit reasons submittedAt decidedAt
        history`,
      ownerAndOperator: 'learner',
    },
  },
  Applicant: all('TransferApplication > applicant', 'parties', 'displayName email'),
  TransferEligibility: all(
    answer,
    'everybody',
    `clientRef qualification policy asOf outcome explanation transferable potential remaining levels claims improvements
      validUntil digest statement`,
  ),
  LevelPlacement: all(`${answer} > levels`, 'everybody', 'level required cap placed'),
  TransferClaim: all(
    `${answer} > claims`,
    'everybody',
    'ref source title credit amount status placedAtLevel counted unplacedReason explanation findings',
  ),
  Finding: all(`${answer} > claims > findings`, 'everybody', 'rule status expected actual clause message'),
  Improvement: all(`${answer} > improvements`, 'everybody', 'kind credit level claimRefs transferableThen message'),
  TransferEligibilityRejected: all(
    `${batch} > ... on TransferEligibilityRejected`,
    'everybody',
    'index clientRef userErrors',
  ),
  TransferPolicyDryRun: {
    at: dryRun,
    fields: { institutions: 'examined changed userErrors', institution: 'cases' },
  },
  TransferPolicyDryRunCase: all(`${dryRun} > cases > nodes`, 'institution', 'application before after'),
  Verification: all('verify(token: "a.b.c")', 'everybody', 'valid kind checks'),
  VerificationCheck: all('verify(token: "a.b.c") > checks', 'everybody', 'name status message'),
}

/** Every type that is read, with its connection and edge where it is paged. */
export const readable: Record<string, TypeEntry> = {
  ...things,
  ...Object.fromEntries(
    lists.flatMap(([type, at, audience, more, moreOfEdge]) => [
      [`${type}Connection`, list(at, audience, more)],
      [`${type}Edge`, inList(at, audience, moreOfEdge)],
    ]),
  ),
}
