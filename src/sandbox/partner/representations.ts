/** Writes the partner's things as its snake_case JSON with {uuid, href} references. */
import type { Membership, ProgramEnrolment } from '../seed/learner.ts'
import type { Program } from '../seed/program.ts'
import type { ProgramRun } from '../seed/program-run.ts'
import type { Reference } from './api-answers.ts'
import type { PartnerWorld, Resource } from './partner-world.ts'

export function referenceTo(world: PartnerWorld, resource: Resource, uuid: string): Reference {
  return { uuid, href: world.href(resource, uuid) }
}

export function programBody(world: PartnerWorld, program: Program): object {
  return {
    ...referenceTo(world, 'programs', program.uuid),
    code: program.code,
    title: program.title,
    introduction: program.introduction,
    description: program.description,
    language: program.language,
    subject: program.subject,
    image_url: `${world.url}/images/${program.code}.svg`,
    organisation: { ...program.organisation, href: world.href('organisations', program.organisation.uuid) },
    hours_per_week: program.hours_per_week,
    weeks_count: program.weeks_count,
    total_study_hours: program.total_study_hours,
    level: program.level,
    credit: program.credit,
    assessment: program.assessment,
    learning_outcomes: program.learning_outcomes,
    transcript: program.transcript,
    url: `${world.url}/courses/${program.code}`,
    withdrawn_at: program.withdrawn_at,
    updated_at: program.updated_at,
  }
}

export function runBody(world: PartnerWorld, run: ProgramRun): object {
  const code = world.program(run.program_uuid)?.code
  return {
    ...referenceTo(world, 'program_runs', run.uuid),
    program: referenceTo(world, 'programs', run.program_uuid),
    code: run.code,
    start_time: run.start_time,
    weeks_count: run.weeks_count,
    time_zone: run.time_zone,
    price: run.price,
    tax: run.tax,
    enrolment_opens_at: run.enrolment_opens_at,
    enrolment_closes_at: run.enrolment_closes_at,
    live_events: run.live_events.map(({ recorded, ...event }) => ({
      ...event,
      join_url: `${world.url}/live/${event.uuid}`,
      recording_url: recorded ? `${world.url}/live/${event.uuid}/recording` : null,
    })),
    url: `${world.url}/courses/${code}/runs/${run.code}`,
    status: run.status,
    cancelled_at: run.cancelled_at ?? null,
    updated_at: run.updated_at,
  }
}

export function membershipBody(world: PartnerWorld, membership: Membership): object {
  const { external_learner_id, email, first_name, last_name, learner_uuid, merged_into } = membership
  return {
    ...referenceTo(world, 'organisation_memberships', membership.uuid),
    external_learner_id,
    email,
    first_name,
    last_name,
    learner: learner_uuid === null ? null : referenceTo(world, 'learners', learner_uuid),
    invitation_url: learner_uuid === null ? `${world.url}/invitations/${membership.invitation}` : null,
    merged_into: merged_into ? referenceTo(world, 'organisation_memberships', merged_into) : null,
    updated_at: membership.updated_at,
  }
}

export function enrolmentBody(world: PartnerWorld, enrolment: ProgramEnrolment): object {
  return {
    ...referenceTo(world, 'program_enrolments', enrolment.uuid),
    organisation_membership: referenceTo(world, 'organisation_memberships', enrolment.membership_uuid),
    program_run: referenceTo(world, 'program_runs', enrolment.run_uuid),
    external_reference: enrolment.external_reference,
    status: enrolment.status,
    activated_at: enrolment.activated_at,
    deactivated_at: enrolment.deactivated_at,
    deactivated_by: enrolment.deactivated_by ?? null,
    deactivation_reason: enrolment.deactivation_reason ?? null,
    study_url: enrolment.status === 'active' ? `${world.url}/study/${enrolment.uuid}` : null,
    steps_completed_count: enrolment.steps_completed_count,
    steps_completed_ratio: enrolment.steps_completed_ratio,
    result: enrolment.result,
    updated_at: enrolment.updated_at,
  }
}
