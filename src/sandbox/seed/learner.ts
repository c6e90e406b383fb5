/** Seeds the learners that the partner knows: Ada, linked, with two courses. */
import type { SeededProgram } from './program.ts'
import { plannedRun } from './program-run.ts'
import { stableUuid } from './stable-uuid.ts'

/** An invitation to a learner of ours, and the partner's account it was joined to, once it was. */
export interface Membership {
  uuid: string
  external_learner_id: string
  email: string
  first_name: string
  last_name: string
  learner_uuid: string | null
  /** The last part of the invitation's address. */
  invitation: string
  /** Where the invitation page points the learner back to; null when the inviter did not say. */
  return_url: string | null
  /** The membership that it became one with; absent and null mean none. */
  merged_into?: string | null
  updated_at: string
}

export interface EnrolmentResult {
  status: 'passed' | 'failed'
  /** Decimal 0–100. */
  grade: string | null
  /** Calendar date. */
  awarded_on: string | null
  identity_verified: boolean | null
}

export type EndedBy = 'learner' | 'partner' | 'organisation'

export interface ProgramEnrolment {
  uuid: string
  membership_uuid: string
  run_uuid: string
  external_reference: string | null
  /** `pending` until the account is linked; `inactive` once it was deactivated. A result does not change it. */
  status: 'pending' | 'active' | 'inactive'
  activated_at: string | null
  deactivated_at: string | null
  /** Who ended it, `organisation` being whoever calls the API; null when nobody did, or it is not said. */
  deactivated_by?: EndedBy | null
  deactivation_reason?: string | null
  steps_completed_count: number
  /** 0..1. */
  steps_completed_ratio: number
  result: EnrolmentResult | null
  updated_at: string
}

const DAY_MS = 86_400_000
/** Steps in one week of any course: what a ratio is counted in. */
export const STEPS_PER_WEEK = 20

/** Ada's membership under the subject of her tokens; Grace is unknown to the partner on purpose. */
export function seededMemberships(now: Date): Membership[] {
  return [
    {
      uuid: stableUuid('membership/ada'),
      external_learner_id: 'ada',
      email: 'ada@example.org',
      first_name: 'Ada',
      last_name: 'Lovelace',
      learner_uuid: stableUuid('learner/ada'),
      invitation: stableUuid('invitation/ada'),
      return_url: null,
      updated_at: now.toISOString(),
    },
  ]
}

/** Ada passed one 15-credit course at FHEQ level 7 three months ago and is at two fifths of another. */
export function seededEnrolments(programs: SeededProgram[], now: Date): ProgramEnrolment[] {
  const run = (code: string, kind: 'ended' | 'running') => {
    const seeded = programs.find(({ program }) => program.code === code)
    if (!seeded) throw new Error(`the seed has no program ${code}`)
    return plannedRun(seeded, kind, now)
  }
  const passed = run('leading-organisational-change', 'ended')
  const inProgress = run('responsible-ai-in-practice', 'running')
  const awardedOn = new Date(now.getTime() - 90 * DAY_MS).toISOString().slice(0, 10)
  const common = {
    membership_uuid: stableUuid('membership/ada'),
    external_reference: null,
    status: 'active' as const,
    deactivated_at: null,
    updated_at: now.toISOString(),
  }
  return [
    {
      ...common,
      uuid: stableUuid('enrolment/ada/passed'),
      run_uuid: passed.uuid,
      activated_at: passed.start_time,
      steps_completed_count: passed.weeks_count * STEPS_PER_WEEK,
      steps_completed_ratio: 1,
      result: { status: 'passed', grade: '74', awarded_on: awardedOn, identity_verified: true },
    },
    {
      ...common,
      uuid: stableUuid('enrolment/ada/in-progress'),
      run_uuid: inProgress.uuid,
      activated_at: inProgress.start_time,
      steps_completed_count: inProgress.weeks_count * STEPS_PER_WEEK * 0.4,
      steps_completed_ratio: 0.4,
      result: null,
    },
  ]
}
