/** Defines the jobs of enrolments and of the credit that rests on them. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'
import { AssessmentOutcome } from './enrolment.ts'

const ofEnrolment = z.object({ enrolmentId: z.uuid() })
const result = z.object({
  outcome: z.enum(AssessmentOutcome),
  grade: z.string().nullable(),
  awardedOn: z.string().nullable(),
  identityVerified: z.boolean().nullable(),
})

/** For a partner that is away: tried every few minutes, these last three days. */
const PATIENT_ATTEMPTS = 1_000

/** After the page has closed, for whoever paid in its last second: then it is closed at the provider too. */
const CLOSED_AFTER_MS = 2 * 60_000

/** When a place that is held until then is given up. */
export const givenUpAt = (holdExpiresAt: Date): Date => new Date(holdExpiresAt.getTime() + CLOSED_AFTER_MS)

export const enrolmentJobs = {
  register: defineJob({
    task: 'register_enrolment',
    payload: ofEnrolment,
    key: ({ enrolmentId }) => enrolmentId,
    attempts: PATIENT_ATTEMPTS,
  }),
  withdrawRegistration: defineJob({
    task: 'withdraw_registration',
    payload: ofEnrolment,
    key: ({ enrolmentId }) => enrolmentId,
    attempts: PATIENT_ATTEMPTS,
  }),
  endUnpaidRegistration: defineJob({
    task: 'end_unpaid_registration',
    payload: z.object({ enrolmentId: z.uuid(), registrationUuid: z.string().min(1) }),
    key: ({ registrationUuid }) => registrationUuid,
    attempts: PATIENT_ATTEMPTS,
  }),
  fetchRegistration: defineJob({
    task: 'fetch_registration',
    payload: z.object({ registrationUuid: z.string().min(1) }),
    key: ({ registrationUuid }) => registrationUuid,
    attempts: 25,
  }),
  /** Takes up the next items of a refunded run. */
  refundRun: defineJob({
    task: 'refund_run',
    payload: z.object({ refundRunId: z.uuid() }),
    key: ({ refundRunId }) => refundRunId,
    attempts: PATIENT_ATTEMPTS,
  }),
  /** Of the target of a move, which the partner has not decided in time. */
  giveUpMove: defineJob({
    task: 'give_up_move',
    payload: ofEnrolment,
    key: ({ enrolmentId }) => enrolmentId,
    attempts: 25,
  }),
  expire: defineJob({
    task: 'expire_enrolment',
    payload: ofEnrolment,
    key: ({ enrolmentId }) => enrolmentId,
    attempts: 25,
  }),
  /** Added here, where the result is heard; run by credit. */
  awardCredit: defineJob({
    task: 'award_credit',
    payload: ofEnrolment,
    key: ({ enrolmentId }) => enrolmentId,
    attempts: 25,
  }),
  /** Credit looks again at the money that it rests on, and at a result that was corrected or taken back. */
  reviewCredit: defineJob({
    task: 'review_credit',
    payload: ofEnrolment.extend({
      corrected: z.object({ entryId: z.uuid(), from: result, to: result.nullable() }).optional(),
    }),
    // Each correction is heard by itself.
    key: ({ enrolmentId, corrected }) => (corrected ? `${enrolmentId}/${corrected.entryId}` : enrolmentId),
    attempts: 25,
  }),
}
