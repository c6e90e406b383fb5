/** Serves control calls about places, results and memberships at the partner. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Answer, send } from '../faults.ts'
import type { ProgramEnrolment } from '../seed/learner.ts'
import { problems, wrong } from './api-answers.ts'
import type { PartnerWorld } from './partner-world.ts'

const resultRequest = z.strictObject({
  status: z.enum(['passed', 'failed']),
  grade: z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((text) => /^\d{1,3}(\.\d+)?$/.test(text) && Number(text) <= 100, 'expected a decimal from 0 to 100')
    .nullable()
    .default(null),
  awarded_on: z.iso.date({ error: 'expected a calendar date, e.g. 2026-11-23' }).nullable().optional(),
  identity_verified: z.boolean().nullable().default(null),
})
const progressRequest = z.strictObject({
  steps_completed_ratio: z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1'),
})
const endRequest = z.strictObject({
  by: z.enum(['partner', 'learner', 'unsaid']),
  reason: z.string().max(250).nullable().default(null),
})
const placeRequest = z.strictObject({ external_learner_id: z.string().min(1), program_run: z.string().min(1) })
const mergeRequest = z.strictObject({ into: z.string().min(1) })
const nothing = z.strictObject({})

/** Everything about one enrolment is `/_sandbox/program_enrolments/{uuid}/…`. `saved` settles once all is kept. */
export function serveEnrolmentControl(app: FastifyInstance, world: PartnerWorld, saved: () => Promise<void>): void {
  const control = (method: 'POST' | 'DELETE', path: string, perform: (uuid: string, body: unknown) => Answer) => {
    app.route({
      method,
      url: `/_sandbox${path}`,
      handler: async (request, reply) => {
        const { uuid = '' } = request.params as { uuid?: string }
        const answer = perform(uuid, request.body ?? {})
        await saved()
        return send(reply, answer)
      },
    })
  }
  const enrolments = '/program_enrolments'
  control('POST', enrolments, (_uuid, body) => addPlace(world, body))
  control('POST', `${enrolments}/:uuid/end`, (uuid, body) =>
    onEnrolment(world, uuid, endRequest, body, isActive, (enrolment, { by, reason }) =>
      world.deactivate(enrolment, by === 'unsaid' ? null : by, reason),
    ),
  )
  control('POST', `${enrolments}/:uuid/reactivate`, (uuid, body) =>
    onEnrolment(
      world,
      uuid,
      nothing,
      body,
      (enrolment) => {
        const problem = world.notReactivated(enrolment)
        return (
          problem &&
          { not_inactive: 'expected an inactive one', run_over: 'the run is over', run_full: 'the run is full' }[
            problem
          ]
        )
      },
      (enrolment) => world.reactivate(enrolment),
    ),
  )
  control('POST', `${enrolments}/:uuid/result`, (uuid, body) =>
    onEnrolment(world, uuid, resultRequest, body, hasBegun, (enrolment, { awarded_on, ...result }) =>
      world.recordResult(enrolment, { ...result, awarded_on: awarded_on ?? world.now().toISOString().slice(0, 10) }),
    ),
  )
  control('DELETE', `${enrolments}/:uuid/result`, (uuid, body) =>
    onEnrolment(world, uuid, nothing, body, hasResult, (enrolment) => world.recordResult(enrolment, null)),
  )
  control('POST', `${enrolments}/:uuid/progress`, (uuid, body) =>
    onEnrolment(world, uuid, progressRequest, body, isActive, (enrolment, progress) =>
      world.recordProgress(enrolment, progress.steps_completed_ratio),
    ),
  )
  control('POST', '/memberships/:uuid/merge', (uuid, body) => merge(world, uuid, body))
}

/** Why not, in its state; undefined when it is possible. */
type Possible = (enrolment: ProgramEnrolment) => string | undefined

const isActive: Possible = ({ status }) =>
  status === 'active' ? undefined : `the enrolment is ${status}; expected an active one`
const hasBegun: Possible = ({ status }) =>
  status === 'pending' ? 'the enrolment is pending; expected one that was active' : undefined
const hasResult: Possible = ({ result }) => (result === null ? 'the enrolment has no result' : undefined)

function onEnrolment<Shape extends z.ZodType>(
  world: PartnerWorld,
  uuid: string,
  shape: Shape,
  body: unknown,
  possible: Possible,
  change: (enrolment: ProgramEnrolment, asked: z.infer<Shape>) => void,
): Answer {
  const enrolment = world.enrolment(uuid)
  if (!enrolment) return wrong(404, `there is no enrolment ${uuid}`)
  const asked = shape.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  const problem = possible(enrolment)
  if (problem !== undefined) return wrong(409, problem)
  change(enrolment, asked.data)
  return { status: 200, body: { uuid } }
}

/** A place that the learner takes at the partner, with no reference of ours. */
function addPlace(world: PartnerWorld, body: unknown): Answer {
  const asked = placeRequest.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  const { external_learner_id, program_run } = asked.data
  const run = world.run(program_run)
  if (!run) return wrong(404, `program_run: there is no run ${program_run}`)
  const person = { email: `${external_learner_id}@example.org`, first_name: external_learner_id, last_name: 'Learner' }
  const membership =
    world.memberships.find((one) => one.external_learner_id === external_learner_id && !one.merged_into) ??
    world.addMembership({ external_learner_id, ...person, return_url: null })
  const existing = world.enrolmentOn(membership.uuid, run.uuid)
  if (existing && existing.status !== 'inactive') return wrong(409, `the learner has the place ${existing.uuid}`)
  if (world.placesRemaining(run) === 0) return wrong(409, 'the run is full')
  world.link(membership)
  return { status: 201, body: { uuid: world.enrol(membership, run, null).uuid } }
}

function merge(world: PartnerWorld, uuid: string, body: unknown): Answer {
  const membership = world.membership(uuid)
  if (!membership) return wrong(404, `there is no membership ${uuid}`)
  const asked = mergeRequest.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  const into = world.membership(asked.data.into)
  if (!into) return wrong(404, `into: there is no membership ${asked.data.into}`)
  if (into === membership || membership.merged_into || into.merged_into)
    return wrong(409, 'expected two memberships of which neither was merged')
  world.merge(membership, into)
  return { status: 200, body: { uuid: into.uuid } }
}
