/** Lists the paged types that the permission matrix asks about. */
import type { Audience } from './audiences.ts'

export const dryRun = `transferPolicyDryRun(input: { qualificationId: "$Qualification", effectiveFrom: "2040-01-01",
  agreement: AUTOMATIC, acceptedLevels: [], maxCredit: "1" })`
export const corrections = 'viewer > operator > reconciliations(first: 1) > nodes > corrections(first: 1)'

/** Where each is found, and what its connection and edges have besides the usual. */
export const lists: [type: string, at: string, audience: Audience, more?: string, moreOfEdge?: string][] = [
  ['Course', 'courses(first: 1)', 'everybody', ' facets', ' highlights'],
  ['CourseRun', 'Course > runs(first: 1)', 'everybody'],
  ['Institution', 'institutions(first: 1)', 'everybody'],
  ['Qualification', 'qualifications(first: 1)', 'everybody'],
  ['TransferPolicy', 'Qualification > transferPolicies(first: 1)', 'everybody'],
  ['TransferPolicyDryRunCase', `${dryRun} > cases`, 'institution'],
  ['Enrolment', 'Learner > enrolments(first: 1)', 'ownerAndOperator'],
  ['CreditRecord', 'Learner > creditRecords(first: 1)', 'ownerAndOperator'],
  ['CreditShare', 'Learner > creditShares(first: 1)', 'owner'],
  ['ShareAccess', 'CreditShare > accesses(first: 1)', 'owner'],
  ['TransferApplication', 'Learner > transferApplications(first: 1)', 'ownerAndOperator'],
  ['Receipt', 'Learner > receipts(first: 1)', 'ownerAndOperator'],
  ['Payment', 'viewer > operator > payments(first: 1)', 'operator'],
  ['Refund', 'viewer > operator > refunds(first: 1)', 'operator'],
  ['Dispute', 'viewer > operator > disputes(first: 1)', 'operator'],
  ['Reconciliation', 'viewer > operator > reconciliations(first: 1)', 'operator'],
  ['Case', 'viewer > operator > cases(first: 1)', 'operator'],
  ['Correction', corrections, 'operator'],
  ['RefundRun', 'viewer > operator > refundRuns(first: 1)', 'operator'],
  ['RefundRunItem', 'RefundRun > items(first: 1)', 'operator'],
]
