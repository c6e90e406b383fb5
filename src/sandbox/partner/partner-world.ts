/** Holds the partner's state: seeded programs and runs, overlaid with later changes. */
import { randomUUID } from 'node:crypto'
import {
  type EndedBy,
  type EnrolmentResult,
  type Membership,
  type ProgramEnrolment,
  STEPS_PER_WEEK,
  seededEnrolments,
  seededMemberships,
} from '../seed/learner.ts'
import { type Program, seededPrograms } from '../seed/program.ts'
import { type ProgramRun, plannedRun } from '../seed/program-run.ts'
import type { StateFile } from '../state-file.ts'
import { noWebhooks, type WebhookDelivery, type WebhookState } from '../webhook-delivery.ts'

/** What outlives a restart. Seeded programs and runs are not in it, only what was changed of them. */
export interface PartnerState {
  memberships: Membership[]
  enrolments: ProgramEnrolment[]
  createdRuns: ProgramRun[]
  programChanges: Record<string, Partial<Program>>
  runChanges: Record<string, Partial<ProgramRun>>
  webhooks: WebhookState
}

/** The state before the first start, Ada included. */
export function firstState(now: Date): PartnerState {
  return {
    memberships: seededMemberships(now),
    enrolments: seededEnrolments(seededPrograms(now), now),
    createdRuns: [],
    programChanges: {},
    runChanges: {},
    webhooks: noWebhooks(),
  }
}

export type Resource =
  | 'programs'
  | 'program_runs'
  | 'organisation_memberships'
  | 'program_enrolments'
  | 'learners'
  | 'organisations'

/** Everything the partner's API reads and changes. Each change is saved and announced by a thin webhook. */
export class PartnerWorld {
  readonly now: () => Date
  /** The server's own address, without a path; known once it listens. */
  url = ''
  private readonly file: StateFile<PartnerState>
  private readonly delivery: WebhookDelivery
  private readonly programsByUuid = new Map<string, Program>()
  private readonly runsByUuid = new Map<string, ProgramRun>()

  constructor(
    file: StateFile<PartnerState>,
    delivery: WebhookDelivery,
    { now, seededAt }: { now: () => Date; seededAt: Date },
  ) {
    this.file = file
    this.delivery = delivery
    this.now = now
    const { createdRuns, programChanges, runChanges } = file.state
    for (const seeded of seededPrograms(seededAt)) {
      const { program, runs } = seeded
      this.programsByUuid.set(program.uuid, { ...program, ...programChanges[program.uuid] })
      for (const kind of runs) {
        const run = plannedRun(seeded, kind, seededAt)
        this.runsByUuid.set(run.uuid, { ...run, ...runChanges[run.uuid] })
      }
    }
    for (const run of createdRuns) this.runsByUuid.set(run.uuid, { ...run, ...runChanges[run.uuid] })
  }

  get programs(): Program[] {
    return [...this.programsByUuid.values()]
  }

  get runs(): ProgramRun[] {
    return [...this.runsByUuid.values()]
  }

  get memberships(): readonly Membership[] {
    return this.file.state.memberships
  }

  get enrolments(): readonly ProgramEnrolment[] {
    return this.file.state.enrolments
  }

  program(uuid: string): Program | undefined {
    return this.programsByUuid.get(uuid)
  }

  programByCode(code: string): Program | undefined {
    return this.programs.find((program) => program.code === code)
  }

  run(uuid: string): ProgramRun | undefined {
    return this.runsByUuid.get(uuid)
  }

  membership(uuid: string): Membership | undefined {
    return this.memberships.find((membership) => membership.uuid === uuid)
  }

  enrolment(uuid: string): ProgramEnrolment | undefined {
    return this.enrolments.find((enrolment) => enrolment.uuid === uuid)
  }

  /** The enrolment that holds a place for this membership on this run; else the latest that once did. */
  enrolmentOn(membershipUuid: string, runUuid: string): ProgramEnrolment | undefined {
    const all = this.enrolments.filter((one) => one.membership_uuid === membershipUuid && one.run_uuid === runUuid)
    return all.find((one) => one.status !== 'inactive') ?? all.at(-1)
  }

  /** Why an ended one cannot be given its place back; undefined when it can. */
  notReactivated(enrolment: ProgramEnrolment): 'not_inactive' | 'run_over' | 'run_full' | undefined {
    const run = this.run(enrolment.run_uuid)
    if (enrolment.status !== 'inactive') return 'not_inactive'
    const weeksMs = (run?.weeks_count ?? 0) * 7 * 86_400_000
    if (!run || Date.parse(run.start_time ?? '') + weeksMs <= this.now().getTime()) return 'run_over'
    return this.placesRemaining(run) === 0 ? 'run_full' : undefined
  }

  /** Places left on a run; null when it has no limit. */
  placesRemaining(run: ProgramRun): number | null {
    if (run.capacity === null) return null
    const held = this.enrolments.filter((one) => one.run_uuid === run.uuid && one.status !== 'inactive').length
    return Math.max(0, run.capacity - run.taken_elsewhere - held)
  }

  href(resource: Resource, uuid: string): string {
    return `${this.url}/partners/${resource}/${uuid}`
  }

  changeProgram(program: Program, change: Partial<Program>): void {
    const changed = { ...change, updated_at: this.instant() }
    this.programsByUuid.set(program.uuid, { ...program, ...changed })
    this.file.state.programChanges[program.uuid] = { ...this.file.state.programChanges[program.uuid], ...changed }
    this.announce('program.updated', 'programs', program.uuid)
  }

  addRun(run: Omit<ProgramRun, 'uuid' | 'updated_at'>): ProgramRun {
    const added = { ...run, uuid: randomUUID(), updated_at: this.instant() }
    this.runsByUuid.set(added.uuid, added)
    this.file.state.createdRuns.push(added)
    this.announce('program_run.created', 'program_runs', added.uuid)
    return added
  }

  /** Called off or reinstated, it says since when. */
  changeRun(run: ProgramRun, change: Partial<ProgramRun>): void {
    const moved = change.status !== undefined && change.status !== run.status
    const since = moved ? { cancelled_at: change.status === 'cancelled' ? this.instant() : null } : {}
    const changed = { ...change, ...since, updated_at: this.instant() }
    this.runsByUuid.set(run.uuid, { ...run, ...changed })
    this.file.state.runChanges[run.uuid] = { ...this.file.state.runChanges[run.uuid], ...changed }
    this.announce('program_run.updated', 'program_runs', run.uuid)
  }

  addMembership(
    person: Pick<Membership, 'external_learner_id' | 'email' | 'first_name' | 'last_name' | 'return_url'>,
  ): Membership {
    const secret = { invitation: randomUUID(), learner_uuid: null }
    const added = { uuid: randomUUID(), ...person, ...secret, updated_at: this.instant() }
    this.file.state.memberships.push(added)
    this.announce('membership.created', 'organisation_memberships', added.uuid)
    return added
  }

  /** Joins the membership to an account; enrolments that waited for it become active. Linking again changes nothing. */
  link(membership: Membership): void {
    if (membership.learner_uuid !== null) return
    membership.learner_uuid = randomUUID()
    membership.updated_at = this.instant()
    this.announce('membership.linked', 'organisation_memberships', membership.uuid)
    for (const enrolment of this.enrolments) {
      if (enrolment.membership_uuid !== membership.uuid || enrolment.status !== 'pending') continue
      this.changeEnrolment(enrolment, { status: 'active', activated_at: this.instant() }, 'activated')
    }
  }

  /** Enrols: active at once when the account is linked, else pending. The caller has checked window and places. */
  enrol(membership: Membership, run: ProgramRun, externalReference: string | null): ProgramEnrolment {
    const linked = membership.learner_uuid !== null
    const added: ProgramEnrolment = {
      uuid: randomUUID(),
      membership_uuid: membership.uuid,
      run_uuid: run.uuid,
      external_reference: externalReference,
      status: linked ? 'active' : 'pending',
      activated_at: linked ? this.instant() : null,
      deactivated_at: null,
      steps_completed_count: 0,
      steps_completed_ratio: 0,
      result: null,
      updated_at: this.instant(),
    }
    this.file.state.enrolments.push(added)
    this.announce('program_enrolment.created', 'program_enrolments', added.uuid)
    return added
  }

  /** Two memberships of one person become one: the other says so, and its enrolments are this one's from now on. */
  merge(membership: Membership, into: Membership): void {
    membership.merged_into = into.uuid
    into.learner_uuid ??= membership.learner_uuid
    for (const one of [membership, into]) {
      one.updated_at = this.instant()
      this.announce('membership.merged', 'organisation_memberships', one.uuid)
    }
    for (const enrolment of this.enrolments) {
      if (enrolment.membership_uuid === membership.uuid)
        this.changeEnrolment(enrolment, { membership_uuid: into.uuid }, 'updated')
    }
  }

  /** Ends an enrolment and frees its place; ending an ended one changes nothing. `by` is null when it is not said. */
  deactivate(enrolment: ProgramEnrolment, by: EndedBy | null, reason: string | null): void {
    if (enrolment.status === 'inactive') return
    const end = { deactivated_at: this.instant(), deactivated_by: by, deactivation_reason: reason }
    this.changeEnrolment(enrolment, { status: 'inactive', ...end }, 'deactivated')
  }

  /** Gives the place back, active anew. The caller has checked run and places. */
  reactivate(enrolment: ProgramEnrolment): void {
    const end = { deactivated_at: null, deactivated_by: null, deactivation_reason: null }
    this.changeEnrolment(enrolment, { status: 'active', activated_at: this.instant(), ...end }, 'reactivated')
  }

  /** Null takes it back. */
  recordResult(enrolment: ProgramEnrolment, result: EnrolmentResult | null): void {
    this.changeEnrolment(enrolment, { result }, result === null ? 'result_withdrawn' : 'completed')
  }

  /** `ratio` is of the steps of the run, 0..1. */
  recordProgress(enrolment: ProgramEnrolment, ratio: number): void {
    const steps = (this.run(enrolment.run_uuid)?.weeks_count ?? 0) * STEPS_PER_WEEK
    const progress = { steps_completed_ratio: ratio, steps_completed_count: Math.round(steps * ratio) }
    this.changeEnrolment(enrolment, progress, 'updated')
  }

  private changeEnrolment(enrolment: ProgramEnrolment, change: Partial<ProgramEnrolment>, what: string): void {
    Object.assign(enrolment, change, { updated_at: this.instant() })
    this.announce(`program_enrolment.${what}`, 'program_enrolments', enrolment.uuid)
  }

  private announce(type: string, resource: Resource, uuid: string): void {
    this.file.changed()
    this.delivery.enqueue(randomUUID(), JSON.stringify({ uuid, href: this.href(resource, uuid), type }))
  }

  private instant(): string {
    return this.now().toISOString()
  }
}
