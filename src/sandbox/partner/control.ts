/** Serves control calls that do what a person at the partner would do. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Answer, send } from '../faults.ts'
import type { ProgramEnrolment } from '../seed/learner.ts'
import { problems } from './api-answers.ts'
import type { PartnerWorld } from './partner-world.ts'
import { programChange } from './program-change.ts'
import { newRun, runChange, runFrom, windowProblem, withUuids } from './run-request.ts'

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

/** Serves the partner's own part of /_sandbox. `saved` settles once all changes are kept. */
export function serveControl(app: FastifyInstance, world: PartnerWorld, saved: () => Promise<void>): void {
  const control = (path: string, perform: (params: Record<string, string>, body: unknown) => Answer) => {
    app.post(`/_sandbox${path}`, async (request, reply) => {
      const answer = perform(request.params as Record<string, string>, request.body ?? {})
      await saved()
      return send(reply, answer)
    })
  }
  control('/program_runs', (_params, body) => addRun(world, body))
  control('/program_runs/:uuid', ({ uuid = '' }, body) => changeRun(world, uuid, body))
  control('/programs/:code', ({ code = '' }, body) => changeProgram(world, code, body))
  control('/program_enrolments/:uuid/result', ({ uuid = '' }, body) =>
    onActive(world, uuid, resultRequest, body, (enrolment, { awarded_on, ...result }) =>
      world.recordResult(enrolment, { ...result, awarded_on: awarded_on ?? world.now().toISOString().slice(0, 10) }),
    ),
  )
  control('/program_enrolments/:uuid/progress', ({ uuid = '' }, body) =>
    onActive(world, uuid, progressRequest, body, (enrolment, progress) =>
      world.recordProgress(enrolment, progress.steps_completed_ratio),
    ),
  )
  app.get('/_sandbox/ledger', async () => ({
    enrolments: world.enrolments.map(({ uuid, membership_uuid, run_uuid, status }) => ({
      uuid,
      external_learner_id: world.membership(membership_uuid)?.external_learner_id,
      program_run: run_uuid,
      status,
    })),
  }))
}

function addRun(world: PartnerWorld, body: unknown): Answer {
  const asked = newRun.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  const program = world.programByCode(asked.data.program_code)
  if (!program) return wrong(404, `program_code: there is no program ${asked.data.program_code}`)
  const taken = world.runs.some((run) => run.program_uuid === program.uuid && run.code === asked.data.code)
  if (taken) return wrong(400, `code: ${program.code} has a run ${asked.data.code}; expected another code`)
  const run = runFrom(asked.data, program, world.now())
  const problem = windowProblem(run)
  if (problem !== undefined) return wrong(400, problem)
  return { status: 201, body: { uuid: world.addRun(run).uuid } }
}

function changeRun(world: PartnerWorld, uuid: string, body: unknown): Answer {
  const run = world.run(uuid)
  if (!run) return wrong(404, `there is no run ${uuid}`)
  const asked = runChange.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  const { live_events, ...facts } = asked.data
  const change = { ...facts, ...(live_events ? { live_events: withUuids(live_events) } : {}) }
  const problem = windowProblem({ ...run, ...change })
  if (problem !== undefined) return wrong(400, problem)
  world.changeRun(run, change)
  return { status: 200, body: { uuid } }
}

function changeProgram(world: PartnerWorld, code: string, body: unknown): Answer {
  const program = world.programByCode(code)
  if (!program) return wrong(404, `there is no program ${code}`)
  const asked = programChange.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  world.changeProgram(program, asked.data)
  return { status: 200, body: { uuid: program.uuid } }
}

function onActive<Shape extends z.ZodType>(
  world: PartnerWorld,
  uuid: string,
  shape: Shape,
  body: unknown,
  change: (enrolment: ProgramEnrolment, asked: z.infer<Shape>) => void,
): Answer {
  const enrolment = world.enrolment(uuid)
  if (!enrolment) return wrong(404, `there is no enrolment ${uuid}`)
  const asked = shape.safeParse(body)
  if (!asked.success) return wrong(400, problems(asked.error))
  if (enrolment.status !== 'active') return wrong(409, `the enrolment is ${enrolment.status}; expected an active one`)
  change(enrolment, asked.data)
  return { status: 200, body: { uuid } }
}

function wrong(status: number, error: string): Answer {
  return { status, body: { error } }
}
