/** Lists the resolvers and nodes of the schema and prints schema.graphql. */
import 'reflect-metadata'
import { writeFileSync } from 'node:fs'
import { type GraphQLSchema } from 'graphql'
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql'
import { caseNode } from './cases/loaders.ts'
import { CaseResolver } from './cases/resolver.ts'
import { ActionNotPossible } from './casework/action-not-possible.ts'
import { CaseworkResolver } from './casework/resolver.ts'
import { StuckEnrolmentResolver } from './casework/stuck-enrolment.resolver.ts'
import type { Context } from './context.ts'
import { courseById, liveEventById, runById } from './courses/loaders.ts'
import { CourseConnectionResolver, CourseEdgeResolver, CourseResolver } from './courses/resolver.ts'
import { CaseRunResolver, CourseRunResolver, LiveEventResolver } from './courses/run.resolver.ts'
import { VerifyResolver } from './credit/credentials/verify.resolver.ts'
import { CreditRecordResolver, EnrolmentCreditResolver, LearnerCreditResolver } from './credit/resolver.ts'
import { shareNode } from './credit/sharing/share.loaders.ts'
import { CreditShareResolver, LearnerSharesResolver, ShareAccessResolver } from './credit/sharing/share.resolver.ts'
import { DeferralOfferResolver, EnrolmentDeferralResolver } from './enrolments/deferral.resolver.ts'
import {
  AlreadyEnrolled,
  DeferralRefused,
  EnrolmentClosed,
  MoneyForgone,
  PartnerAccountRequired,
  PaymentMethodNotOffered,
  PaymentNotCompleted,
  PriceChanged,
  RefundAmountExceeded,
  RefundWindowClosed,
  RunFull,
  RunMoneyChanged,
  TermsChanged,
  UnsupportedCardBrand,
} from './enrolments/enrolment-errors.ts'
import { EnrolmentMutationsResolver } from './enrolments/mutations.resolver.ts'
import { OperatorEnrolmentsResolver } from './enrolments/operator.resolver.ts'
import { OperatorCasesResolver } from './enrolments/operator-cases.resolver.ts'
import { EnrolmentReceiptsResolver, LearnerReceiptsResolver } from './enrolments/receipts.resolver.ts'
import { RefundRightResolver, RunRefundRightResolver } from './enrolments/refund-right.ts'
import { refundRunNode } from './enrolments/refund-run.loaders.ts'
import {
  OperatorRefundRunsResolver,
  RefundRunItemResolver,
  RefundRunResolver,
} from './enrolments/refund-run.resolver.ts'
import { RefundabilityResolver } from './enrolments/refundability.ts'
import {
  EnrolmentCasesResolver,
  EnrolmentResolver,
  LearnerEnrolmentsResolver,
  LiveEventJoinResolver,
  PaymentEnrolmentResolver,
  RunEnrolmentResolver,
} from './enrolments/resolver.ts'
import { RunMoneyResolver } from './enrolments/run-money.resolver.ts'
import { EnrolmentSubscriptionResolver } from './enrolments/subscription.resolver.ts'
import { TermsResolver } from './enrolments/terms.ts'
import { visibleEnrolment } from './enrolments/visible-enrolment.ts'
import { furtherKeys } from './further-keys.ts'
import { CreditResolver } from './graph/contract/credit.ts'
import { MoneyResolver } from './graph/contract/money.ts'
import type { NodeName } from './graph/contract/no-such.ts'
import type { NodeLoader } from './graph/contract/node.ts'
import {
  Forbidden,
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  ProviderRefused,
  ProviderUnavailable,
  RateLimited,
  TooComplex,
} from './graph/contract/user-error.ts'
import { resolverObjects } from './graph/schema-build/call-directly.ts'
import { finishSchema } from './graph/schema-build/finish-schema.ts'
import { nodeResolver } from './graph/schema-build/node.resolver.ts'
import { printWithDirectives } from './graph/schema-build/print-with-directives.ts'
import { asSubgraph } from './graph/schema-build/subgraph.ts'
import { institutionById, qualificationById } from './institutions/loaders.ts'
import { clientNode, operatorNode, staffNode } from './institutions/own-roles.ts'
import {
  InstitutionClientResolver,
  InstitutionResolver,
  InstitutionStaffResolver,
  QualificationResolver,
} from './institutions/resolver.ts'
import { CaseLearnerResolver, LearnerResolver, learnerNode, ViewerResolver } from './learners/resolver.ts'
import { disputeNode } from './payments/dispute.loaders.ts'
import { DisputeResolver, OperatorDisputesResolver } from './payments/dispute.resolver.ts'
import { paymentNode, providerObjectNode, reconciliationNode, refundNode } from './payments/loaders.ts'
import { CorrectionResolver, OperatorPaymentsResolver, ProviderObjectResolver } from './payments/operator.resolver.ts'
import { AcknowledgementResolver } from './payments/papers/acknowledgement.resolver.ts'
import { receiptNode } from './payments/papers/loaders.ts'
import { OperatorPapersResolver } from './payments/papers/operator-papers.resolver.ts'
import {
  PaymentPapersResolver,
  PaymentReferenceResolver,
  ReceiptResolver,
  RefundPapersResolver,
} from './payments/papers/resolver.ts'
import { PaymentPendingResolver, PendingPaymentResolver } from './payments/payment-pending.resolver.ts'
import { ReconciliationResolver } from './payments/reconciliation/reconciliation.resolver.ts'
import { PaymentActionResolver, PaymentResolver, RefundResolver } from './payments/resolver.ts'
import { describeCauses } from './state-tables.ts'
import { visibleApplication, visibleRecord } from './transfers/applications/application.loaders.ts'
import {
  CreditRecordUsesResolver,
  CreditUseResolver,
  LearnerApplicationsResolver,
  MemberApplicationsResolver,
  TransferApplicationResolver,
} from './transfers/applications/application.resolver.ts'
import { CreditAlreadyUsed, NotEligible } from './transfers/applications/application-errors.ts'
import { ApplicationMutationsResolver } from './transfers/applications/application-mutations.resolver.ts'
import { TransferApplicationSubscriptionResolver } from './transfers/applications/subscription.resolver.ts'
import { AnswerExplanationResolver, ClaimExplanationResolver } from './transfers/explanation.resolver.ts'
import { CourseTransferResolver } from './transfers/policies/course.resolver.ts'
import { policyById } from './transfers/policies/policy.loaders.ts'
import { PolicyPublicationResolver } from './transfers/policies/policy.resolver.ts'
import { PolicyOverlap } from './transfers/policies/policy-errors.ts'
import {
  QualificationPoliciesResolver,
  TransferEligibilityResolver,
  TransferPolicyResolver,
} from './transfers/resolver.ts'

/** What `node(id)` opens, by type: each loader answers only what the caller may see. */
const nodes: Record<NodeName, NodeLoader<Context>> = {
  Institution: institutionById,
  Qualification: qualificationById,
  Course: courseById,
  CourseRun: runById,
  LiveEvent: liveEventById,
  Learner: learnerNode,
  InstitutionStaff: staffNode,
  InstitutionClient: clientNode,
  Operator: operatorNode,
  Enrolment: visibleEnrolment,
  Payment: paymentNode,
  Refund: refundNode,
  RefundRun: refundRunNode,
  Dispute: disputeNode,
  ProviderObject: providerObjectNode,
  Receipt: receiptNode,
  Reconciliation: reconciliationNode,
  Case: caseNode,
  CreditRecord: visibleRecord,
  CreditShare: shareNode,
  TransferPolicy: policyById,
  TransferApplication: visibleApplication,
}

const resolvers: unknown[] = [
  nodeResolver<Context>(nodes),
  InstitutionResolver,
  QualificationResolver,
  InstitutionStaffResolver,
  InstitutionClientResolver,
  CourseResolver,
  CourseConnectionResolver,
  CourseEdgeResolver,
  CourseRunResolver,
  LiveEventResolver,
  CreditResolver,
  ViewerResolver,
  LearnerResolver,
  MoneyResolver,
  PaymentResolver,
  CaseResolver,
  CaseworkResolver,
  StuckEnrolmentResolver,
  OperatorCasesResolver,
  CaseLearnerResolver,
  CaseRunResolver,
  EnrolmentCasesResolver,
  PaymentActionResolver,
  PaymentPendingResolver,
  PendingPaymentResolver,
  RefundResolver,
  DisputeResolver,
  OperatorDisputesResolver,
  ReceiptResolver,
  AcknowledgementResolver,
  OperatorPapersResolver,
  PaymentReferenceResolver,
  PaymentPapersResolver,
  RefundPapersResolver,
  EnrolmentReceiptsResolver,
  LearnerReceiptsResolver,
  OperatorPaymentsResolver,
  ReconciliationResolver,
  CorrectionResolver,
  ProviderObjectResolver,
  EnrolmentResolver,
  LearnerEnrolmentsResolver,
  RunEnrolmentResolver,
  LiveEventJoinResolver,
  PaymentEnrolmentResolver,
  OperatorEnrolmentsResolver,
  RunMoneyResolver,
  TermsResolver,
  RunRefundRightResolver,
  RefundRightResolver,
  RefundabilityResolver,
  DeferralOfferResolver,
  RefundRunResolver,
  RefundRunItemResolver,
  OperatorRefundRunsResolver,
  EnrolmentMutationsResolver,
  EnrolmentDeferralResolver,
  CreditRecordResolver,
  LearnerCreditResolver,
  EnrolmentCreditResolver,
  TransferEligibilityResolver,
  AnswerExplanationResolver,
  ClaimExplanationResolver,
  QualificationPoliciesResolver,
  TransferPolicyResolver,
  CreditShareResolver,
  ShareAccessResolver,
  LearnerSharesResolver,
  CreditRecordUsesResolver,
  CreditUseResolver,
  TransferApplicationResolver,
  LearnerApplicationsResolver,
  MemberApplicationsResolver,
  VerifyResolver,
  EnrolmentSubscriptionResolver,
  TransferApplicationSubscriptionResolver,
  ApplicationMutationsResolver,
  PolicyPublicationResolver,
  CourseTransferResolver,
]

/** Types that are reached only through an interface: concrete user errors and nodes. */
const orphanedTypes: unknown[] = [
  InvalidInput,
  NotFound,
  Forbidden,
  IdempotencyConflict,
  ProviderRefused,
  ProviderUnavailable,
  RateLimited,
  IllegalTransition,
  TooComplex,
  PaymentNotCompleted,
  PaymentMethodNotOffered,
  PriceChanged,
  TermsChanged,
  UnsupportedCardBrand,
  RefundAmountExceeded,
  PartnerAccountRequired,
  EnrolmentClosed,
  AlreadyEnrolled,
  RunFull,
  RunMoneyChanged,
  DeferralRefused,
  MoneyForgone,
  ActionNotPossible,
  RefundWindowClosed,
  CreditAlreadyUsed,
  NotEligible,
  PolicyOverlap,
]

const neverAsked = () => {
  throw new Error('subscriptions listen to PostgreSQL, see store/notifications.ts')
}
/** type-graphql wants one as soon as there is a subscription, though each of ours says itself what it hears. */
const unused = { publish: neverAsked, subscribe: neverAsked }

/** The clients' contract, executable. */
export function buildGraph(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: resolvers as NonEmptyArray<() => void>,
    orphanedTypes: orphanedTypes as (() => void)[],
    validate: false,
    container: resolverObjects,
    pubSub: unused,
  })
  return describeCauses(finishSchema(schema))
}

/** What is served: the same, and the way in for federation routers. */
export function buildSubgraph(): GraphQLSchema {
  return asSubgraph(buildGraph(), { nodes, furtherKeys, shareable: ['PageInfo'] })
}

/** The clients' contract as text, in a stable order. */
export function printGraph(): string {
  return printWithDirectives(buildGraph())
}

if (process.argv[1] === import.meta.filename) writeFileSync('schema.graphql', printGraph())
