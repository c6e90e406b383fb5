/** Lists the example operations of learners and institutions, one tab each. */

import { apply, batch, browse, check, decide, enrol, refund, share, watch } from './example-documents.ts'

export interface ExampleOperation {
  /** The operation that the tab is named after comes first; those after it find the ids it needs, or go on from it. */
  query: string
  /** Texts in angle brackets are ids to be filled in. */
  variables: Record<string, unknown>
}

interface Surroundings {
  /** Where buyers come back to from a provider's page. */
  origin: string
  now: Date
  /** A new idempotency key. */
  newKey(): string
}

const WEEK_MS = 7 * 86_400_000

/** A course taken elsewhere, as an institution would ask about it. */
const elsewhere = {
  ref: 'a-course-elsewhere',
  title: 'Research Methods',
  awardingBody: 'Another University',
  amount: '30',
  scheme: 'CATS',
  framework: 'FHEQ',
  level: 7,
  awardedOn: '2025-06-30',
  grade: '64',
}

/** In the order of a learner's way. */
export function exampleOperations({ origin, now, newKey }: Surroundings): ExampleOperation[] {
  const enrolment = (paymentMethod: 'CARD' | 'PAYPAL') => ({
    input: {
      courseRunId: '<id of a run>',
      paymentMethod,
      returnUrl: `${origin}/graphql`,
      termsAccepted: true,
      idempotencyKey: newKey(),
    },
    payment: { paymentId: '<id of the payment>' },
  })
  const expiresAt = new Date(now.getTime() + WEEK_MS).toISOString()
  const qualificationId = '<id of the qualification>'
  const creditRecordIds = ['<id of a credit record>']
  return [
    { query: browse, variables: { search: 'coaching', filter: { minCredit: '10' } } },
    { query: enrol('EnrolByCard'), variables: enrolment('CARD') },
    { query: enrol('EnrolByPayPal'), variables: enrolment('PAYPAL') },
    { query: watch, variables: { enrolmentId: '<id of the enrolment>' } },
    { query: refund, variables: { input: { enrolmentId: '<id of the enrolment>', idempotencyKey: newKey() } } },
    {
      query: share,
      variables: { input: { creditRecordIds, expiresAt, idempotencyKey: newKey() }, code: '<code of the share>' },
    },
    { query: check, variables: { input: { qualificationId, creditRecordIds } } },
    {
      query: batch,
      variables: { inputs: [{ clientRef: 'question 1', qualificationId, externalCredits: [elsewhere] }] },
    },
    { query: apply, variables: { input: { qualificationId, creditRecordIds, idempotencyKey: newKey() } } },
    {
      query: decide,
      variables: {
        input: { applicationId: '<id of the application>', decision: 'AGREE', idempotencyKey: newKey() },
      },
    },
  ]
}
