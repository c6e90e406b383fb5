/** Lists who may run which query and mutation, and the others' refusal. */

import { back, inDays } from '../world/study.ts'
import type { Audience, PersonaName } from './audiences.ts'

/** Ids of things, by type: all of `owner`'s, or public. */
export type Samples = Record<string, string>

/** What those outside of the circle are told; anonymous callers always that they must sign in. */
export interface Deed {
  allowed: Audience
  /** Right kind of caller, but it is not theirs: as if it did not exist. */
  blind?: readonly PersonaName[]
  /** Right kind of caller who is told plainly, for the thing itself is public. */
  told?: readonly PersonaName[]
  input(samples: Samples): object
}

const key = { idempotencyKey: 'matrix' }

/** Everybody else is FORBIDDEN. */
export const mutations: Record<string, Deed> = {
  linkPartnerAccount: { allowed: 'learners', input: () => ({ returnUrl: back }) },
  enrol: {
    allowed: 'learners',
    input: ({ CourseRun }) => ({
      courseRunId: CourseRun,
      paymentMethod: 'CARD',
      returnUrl: back,
      termsAccepted: true,
      ...key,
    }),
  },
  completePayment: { allowed: 'owner', blind: ['other'], input: ({ Payment }) => ({ paymentId: Payment }) },
  retryPayment: {
    allowed: 'owner',
    blind: ['other'],
    input: ({ Enrolment }) => ({ enrolmentId: Enrolment, paymentMethod: 'CARD', returnUrl: back, ...key }),
  },
  cancelEnrolment: { allowed: 'owner', blind: ['other'], input: ({ Enrolment }) => ({ enrolmentId: Enrolment }) },
  requestRefund: {
    allowed: 'ownerAndOperator',
    blind: ['other'],
    input: ({ Enrolment }) => ({
      enrolmentId: Enrolment,
      reason: 'for the matrix',

      ...key,
    }),
  },
  withdrawEnrolment: {
    allowed: 'ownerAndOperator',
    blind: ['other'],
    input: ({ Enrolment }) => ({ enrolmentId: Enrolment, reason: 'for the matrix', ...key }),
  },
  deferEnrolment: {
    allowed: 'ownerAndOperator',
    blind: ['other'],
    input: ({ Enrolment, CourseRun }) => ({
      enrolmentId: Enrolment,
      courseRunId: CourseRun,
      reason: 'for the matrix',
      ...key,
    }),
  },
  resolveStuckEnrolment: {
    allowed: 'operator',
    input: ({ Enrolment }) => ({
      enrolmentId: Enrolment,
      resolution: 'RETRY_REFUND',
      reason: 'for the matrix',
      ...key,
    }),
  },
  resolveCase: {
    allowed: 'operator',
    input: ({ Case }) => ({ caseId: Case, action: 'ADOPT', reason: 'for the matrix', ...key }),
  },
  acknowledgeCase: { allowed: 'operator', input: ({ Case }) => ({ caseId: Case, note: 'for the matrix' }) },
  reconcile: { allowed: 'operator', input: () => ({ dryRun: true }) },
  refundRun: {
    allowed: 'operator',
    input: ({ CourseRun }) => ({
      courseRunId: CourseRun,
      reason: 'for the matrix',
      expected: { enrolments: 0, sums: [] },
      evenIfNotCancelled: true,
      ...key,
    }),
  },
  exportMoney: {
    allowed: 'operator',
    input: () => ({ kind: 'DAYS', from: inDays(-1).slice(0, 10), to: inDays(0).slice(0, 10) }),
  },
  shareCredit: {
    allowed: 'owner',
    blind: ['other'],
    input: ({ CreditRecord }) => ({ creditRecordIds: [CreditRecord], expiresAt: inDays(2), ...key }),
  },
  revokeCreditShare: {
    allowed: 'owner',
    blind: ['other'],
    input: ({ CreditShare }) => ({ creditShareId: CreditShare }),
  },
  applyForTransfer: {
    allowed: 'owner',
    blind: ['other'],
    input: ({ Qualification, CreditRecord }) => ({
      qualificationId: Qualification,
      creditRecordIds: [CreditRecord],
      ...key,
    }),
  },
  withdrawTransferApplication: {
    allowed: 'owner',
    blind: ['other'],
    input: ({ TransferApplication }) => ({ applicationId: TransferApplication }),
  },
  decideTransferApplication: {
    allowed: 'institution',
    blind: ['foreignStaff', 'foreignMachine'],
    input: ({ TransferApplication }) => ({ applicationId: TransferApplication, decision: 'DECLINE', reasons: ['No.'] }),
  },
  publishTransferPolicy: {
    allowed: 'institution',
    told: ['foreignStaff', 'foreignMachine'],
    input: ({ Qualification }) => ({
      qualificationId: Qualification,
      effectiveFrom: '2041-01-01',
      agreement: 'AUTOMATIC',
      acceptedLevels: [6],
      maxCredit: '30',
    }),
  },
}

/** Every root field of Query, asked about those things; whoever is outside of the circle is refused, or finds null. */
export const queries: Record<string, { allowed: Audience; ask(samples: Samples): string; otherwise?: 'null' }> = {
  node: { allowed: 'everybody', ask: ({ Course }) => `node(id: "${Course}") { id }` },
  nodes: { allowed: 'everybody', ask: ({ Course }) => `nodes(ids: ["${Course}"]) { id }` },
  viewer: { allowed: 'signedIn', ask: () => 'viewer { __typename }', otherwise: 'null' },
  institutions: { allowed: 'everybody', ask: () => 'institutions(first: 1) { totalCount }' },
  institution: { allowed: 'everybody', ask: () => 'institution(slug: "the-open-university") { id }' },
  qualifications: { allowed: 'everybody', ask: () => 'qualifications(first: 1) { totalCount }' },
  qualification: {
    allowed: 'everybody',
    ask: () => 'qualification(institutionSlug: "university-of-northmoor", slug: "msc-leadership") { id }',
  },
  courses: { allowed: 'everybody', ask: () => 'courses(first: 1) { totalCount }' },
  terms: { allowed: 'everybody', ask: () => 'terms { version }' },
  course: { allowed: 'everybody', ask: () => 'course(slug: "evidence-based-coaching") { id }' },
  verify: { allowed: 'everybody', ask: () => 'verify(token: "a.b.c") { valid }' },
  creditShare: { allowed: 'institutions', ask: ({ code }) => `creditShare(code: "${code}") { id }` },
  transferEligibility: {
    allowed: 'parties',
    ask: ({ Qualification, CreditRecord }) =>
      `transferEligibility(input: { qualificationId: "${Qualification}", creditRecordIds: ["${CreditRecord}"] }) { outcome }`,
  },
  transferEligibilityBatch: {
    allowed: 'everybody',
    ask: ({ Qualification }) =>
      `transferEligibilityBatch(inputs: [{ qualificationId: "${Qualification}" }]) { __typename }`,
  },
  transferPolicyDryRun: {
    allowed: 'institutions',
    ask: ({ Qualification }) =>
      `transferPolicyDryRun(input: { qualificationId: "${Qualification}", effectiveFrom: "2040-01-01", agreement: AUTOMATIC,
        acceptedLevels: [6], maxCredit: "1" }) { changed userErrors { code } }`,
  },
}

/** Subscriptions: whoever is outside of the circle hears that there is no such thing, or `plainly` that they may not. */
export const subscriptions: Record<string, { allowed: Audience; ask(samples: Samples): string; plainly?: true }> = {
  enrolmentUpdated: {
    allowed: 'ownerAndOperator',
    ask: ({ Enrolment }) => `enrolmentUpdated(enrolmentId: "${Enrolment}") { id }`,
  },
  myEnrolmentsChanged: {
    allowed: 'learners',
    ask: () => 'myEnrolmentsChanged { learner { id } enrolment { id } }',
    plainly: true,
  },
  transferApplicationUpdated: {
    allowed: 'parties',
    ask: ({ TransferApplication }) => `transferApplicationUpdated(applicationId: "${TransferApplication}") { id }`,
  },
}
