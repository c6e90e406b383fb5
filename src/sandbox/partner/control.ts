/** Serves control calls that do what a person at the partner would do. */
import type { FastifyInstance } from 'fastify'
import { type Answer, send } from '../faults.ts'
import { problems, wrong } from './api-answers.ts'
import { serveEnrolmentControl } from './enrolment-control.ts'
import type { PartnerWorld } from './partner-world.ts'
import { programChange } from './program-change.ts'
import { newRun, runChange, runFrom, windowProblem, withUuids } from './run-request.ts'

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
  serveEnrolmentControl(app, world, saved)
  app.get('/_sandbox/ledger', async () => ({
    enrolments: world.enrolments.map((enrolment) => ({
      uuid: enrolment.uuid,
      external_learner_id: world.membership(enrolment.membership_uuid)?.external_learner_id,
      program_run: enrolment.run_uuid,
      status: enrolment.status,
      deactivated_by: enrolment.deactivated_by ?? null,
      result: enrolment.result,
    })),
    memberships: world.memberships.map(({ uuid, external_learner_id, merged_into = null }) => ({
      uuid,
      external_learner_id,
      merged_into,
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
  const { withdrawn, ...change } = asked.data
  const withdrawnAt = withdrawn === undefined ? {} : { withdrawn_at: withdrawn ? world.now().toISOString() : null }
  world.changeProgram(program, { ...change, ...withdrawnAt })
  return { status: 200, body: { uuid: program.uuid } }
}
