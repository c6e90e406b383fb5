/** Answers calls that create, look up and end enrolments at the partner. */
import { z } from 'zod'
import type { ProgramRun } from '../seed/program-run.ts'
import { ApiRefusal, pageOf, parse, parseUuids, seeReference } from './api-answers.ts'
import type { ServeOperation } from './api-routes.ts'
import type { PartnerWorld } from './partner-world.ts'
import { enrolmentBody, referenceTo } from './representations.ts'

const enrolmentRequest = z.object({
  organisation_membership: z.object({ uuid: z.string() }),
  program_run: z.object({ uuid: z.string() }),
  external_reference: z.string().max(255).nullish(),
})
const deactivation = z.object({ reason: z.string().max(250).nullish() })

export function serveEnrolments(serve: ServeOperation, world: PartnerWorld): void {
  serve('program_enrolments.create', 'POST', '/program_enrolments', ({ body }) => {
    const asked = parse(enrolmentRequest, body)
    const membership = world.membership(asked.organisation_membership.uuid)
    if (!membership) throw new ApiRefusal(422, 'membership_unknown', 'There is no such organisation_membership.')
    const run = world.run(asked.program_run.uuid)
    if (!run) throw new ApiRefusal(422, 'run_unknown', 'There is no such program_run.')
    const existing = world.enrolmentOn(membership.uuid, run.uuid)
    if (existing && existing.status !== 'inactive') {
      const reference = referenceTo(world, 'program_enrolments', existing.uuid)
      throw new ApiRefusal(409, 'already_enrolled', 'This membership is enrolled on this run.', reference)
    }
    assertOpen(world, run)
    const created = world.enrol(membership, run, asked.external_reference ?? null)
    const location = world.href('program_enrolments', created.uuid)
    return { status: 201, headers: { location }, body: enrolmentBody(world, created) }
  })
  serve('program_enrolments.list', 'GET', '/program_enrolments', ({ query }) => {
    if (query.uuids === undefined) {
      const listUrl = `${world.url}/partners/program_enrolments`
      return pageOf(world.enrolments, query, listUrl, (enrolment) => enrolmentBody(world, enrolment))
    }
    const known = parseUuids(query.uuids).flatMap((uuid) => world.enrolment(uuid) ?? [])
    return { status: 200, body: known.map((enrolment) => enrolmentBody(world, enrolment)) }
  })
  serve('program_enrolments.find', 'GET', '/program_enrolments/find', ({ query }) => {
    const found = world.enrolmentOn(query.organisation_membership ?? '', query.program_run ?? '')
    if (!found)
      throw new ApiRefusal(404, 'not_found', 'This organisation_membership has no enrolment on this program_run.')
    return seeReference(302, referenceTo(world, 'program_enrolments', found.uuid))
  })
  serve('program_enrolments.get', 'GET', '/program_enrolments/:uuid', ({ uuid }) => ({
    status: 200,
    body: enrolmentBody(world, enrolmentOf(world, uuid)),
  }))
  serve('program_enrolments.deactivate', 'POST', '/program_enrolments/:uuid/deactivate', ({ uuid, body }) => {
    const enrolment = enrolmentOf(world, uuid)
    const { reason } = parse(deactivation, body)
    world.deactivate(enrolment, 'organisation', reason ?? null)
    return seeReference(303, referenceTo(world, 'program_enrolments', uuid))
  })
  serve('program_enrolments.reactivate', 'POST', '/program_enrolments/:uuid/reactivate', ({ uuid }) => {
    const enrolment = enrolmentOf(world, uuid)
    const problem = world.notReactivated(enrolment)
    if (problem === 'run_full') throw new ApiRefusal(422, 'run_full', 'This run has no place left.')
    if (problem === 'run_over') throw new ApiRefusal(409, 'run_over', 'This run is over.')
    if (problem === undefined) world.reactivate(enrolment)
    return seeReference(303, referenceTo(world, 'program_enrolments', uuid))
  })
}

function enrolmentOf(world: PartnerWorld, uuid: string) {
  const enrolment = world.enrolment(uuid)
  if (!enrolment) throw new ApiRefusal(404, 'not_found', 'There is no such enrolment.')
  return enrolment
}

/** Throws `run_closed` outside the window (or with no window, or cancelled), then `run_full` without a place. */
function assertOpen(world: PartnerWorld, run: ProgramRun): void {
  const nowMs = world.now().getTime()
  const opensMs = Date.parse(run.enrolment_opens_at ?? '')
  const closesMs = Date.parse(run.enrolment_closes_at ?? '')
  const open = run.status === 'scheduled' && nowMs >= opensMs && nowMs <= closesMs
  if (!open) throw new ApiRefusal(422, 'run_closed', 'Enrolment on this run is not open.')
  if (world.placesRemaining(run) === 0) throw new ApiRefusal(422, 'run_full', 'This run has no place left.')
}
