/** Translates the partner's answers into the product's words. */
import type { z } from 'zod'
import type { ProgramFacts, RunFacts } from '../../courses/course-source.ts'
import type { Registration } from '../../enrolments/registration-partner.ts'
import type { Membership } from '../../learners/account-partner.ts'
import type { membership, program, programEnrolment, programRun } from './partner-replies.ts'

/** BCP 47 for a language that nobody stated. */
const undeterminedLanguage = 'und'

const studyLevels = { undergraduate: 'UNDERGRADUATE', postgraduate: 'POSTGRADUATE' } as const

export function programFacts(reply: z.output<typeof program>): ProgramFacts {
  const { assessment } = reply
  return {
    uuid: reply.uuid,
    code: reply.code,
    title: reply.title,
    introduction: reply.introduction ?? '',
    description: reply.description,
    language: reply.language ?? undeterminedLanguage,
    subject: reply.subject,
    imageUrl: reply.image_url,
    organisation: reply.organisation,
    hoursPerWeek: reply.hours_per_week,
    weeksCount: reply.weeks_count,
    totalStudyHours: reply.total_study_hours,
    level: reply.level && studyLevels[reply.level],
    credit: reply.credit,
    assessment: assessment && {
      summary: assessment.summary,
      formal: assessment.formal,
      online: assessment.online,
      passMark: assessment.pass_mark,
      identityVerification: assessment.identity_verification,
    },
    learningOutcomes: reply.learning_outcomes,
    transcript: reply.transcript,
    url: reply.url,
    withdrawnAt: reply.withdrawn_at,
    updatedAt: reply.updated_at,
  }
}

const treatments = { exempt: 'EXEMPT', taxed: 'TAXED', outside: 'OUTSIDE_SCOPE' } as const

export function runFacts(reply: z.output<typeof programRun>): RunFacts {
  const { price, tax } = reply
  return {
    uuid: reply.uuid,
    programUuid: reply.program.uuid,
    code: reply.code,
    startsAt: reply.start_time,
    weeksCount: reply.weeks_count,
    timeZone: reply.time_zone,
    price: price && { amountMinor: price.minor, currency: price.currency },
    tax: tax && { treatment: treatments[tax.treatment], rate: tax.rate, note: tax.note },
    enrolmentOpensAt: reply.enrolment_opens_at,
    enrolmentClosesAt: reply.enrolment_closes_at,
    cancelled: reply.status === 'cancelled',
    cancelledAt: reply.cancelled_at,
    url: reply.url,
    liveEvents: reply.live_events.map((event) => ({
      uuid: event.uuid,
      title: event.title,
      startsAt: event.start_time,
      durationMinutes: event.duration_minutes,
      joinUrl: event.join_url,
      recordingUrl: event.recording_url,
    })),
    updatedAt: reply.updated_at,
  }
}

export function membershipFacts(reply: z.output<typeof membership>): Membership {
  return {
    uuid: reply.uuid,
    externalLearnerId: reply.external_learner_id,
    invitationUrl: reply.learner ? null : reply.invitation_url,
    linked: reply.learner !== null,
    mergedInto: reply.merged_into?.uuid ?? null,
    email: reply.email,
    firstName: reply.first_name,
    lastName: reply.last_name,
  }
}

export function registrationFacts(reply: z.output<typeof programEnrolment>): Registration {
  const { result } = reply
  return {
    uuid: reply.uuid,
    membershipUuid: reply.organisation_membership.uuid,
    runUuid: reply.program_run.uuid,
    externalReference: reply.external_reference,
    status: statusOf(reply),
    activatedAt: reply.activated_at,
    deactivatedAt: reply.deactivated_at,
    deactivatedBy: reply.deactivated_by && endedBy[reply.deactivated_by],
    deactivationReason: reply.deactivation_reason,
    studyUrl: reply.study_url,
    stepsCompletedCount: reply.steps_completed_count,
    stepsCompletedRatio: reply.steps_completed_ratio,
    result: result && {
      outcome: result.status === 'passed' ? 'PASSED' : 'FAILED',
      grade: result.grade,
      awardedOn: result.awarded_on,
      identityVerified: result.identity_verified,
    },
    updatedAt: reply.updated_at,
  }
}

const endedBy = { learner: 'LEARNER', partner: 'PARTNER', organisation: 'GATEWAY' } as const
const statusOfMembership = { pending: 'PENDING', active: 'ACTIVE', completed: 'ACTIVE', inactive: 'INACTIVE' } as const

/** A partner that states no status states when it was activated and deactivated. */
function statusOf(reply: z.output<typeof programEnrolment>): Registration['status'] {
  if (reply.status !== null) return statusOfMembership[reply.status]
  if (reply.deactivated_at !== null) return 'INACTIVE'
  return reply.activated_at === null ? 'PENDING' : 'ACTIVE'
}
