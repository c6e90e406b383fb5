/** Answers calls about the partner's programs, runs, organisations and places left. */
import { ApiRefusal, pageOf, parseUuids, seeReference } from './api-answers.ts'
import type { ServeOperation } from './api-routes.ts'
import type { PartnerWorld } from './partner-world.ts'
import { programBody, referenceTo, runBody } from './representations.ts'

export function serveCatalogue(serve: ServeOperation, world: PartnerWorld): void {
  serve('programs.list', 'GET', '/programs', ({ query }) =>
    pageOf(world.programs, query, `${world.url}/partners/programs`, (program) => programBody(world, program)),
  )
  serve('programs.get', 'GET', '/programs/:uuid', ({ uuid }) => {
    const program = world.program(uuid)
    if (!program) throw notFound('program')
    return { status: 200, body: programBody(world, program) }
  })
  serve('program_runs.list', 'GET', '/program_runs', ({ query }) =>
    pageOf(world.runs, query, `${world.url}/partners/program_runs`, (run) => runBody(world, run)),
  )
  serve('program_runs.find', 'GET', '/program_runs/find', ({ query }) => {
    const program = world.programByCode(query.program_code ?? '')
    const run = world.runs.find((one) => one.program_uuid === program?.uuid && one.code === query.program_run_code)
    if (!run) throw notFound('run of that program_code and program_run_code')
    return seeReference(302, referenceTo(world, 'program_runs', run.uuid))
  })
  serve('program_runs.availability', 'GET', '/program_runs/availability', ({ query }) => {
    const known = parseUuids(query.uuids).flatMap((uuid) => world.run(uuid) ?? [])
    const places = known.map((run) => ({
      ...referenceTo(world, 'program_runs', run.uuid),
      capacity: run.capacity,
      places_remaining: world.placesRemaining(run),
    }))
    return { status: 200, body: places }
  })
  serve('program_runs.get', 'GET', '/program_runs/:uuid', ({ uuid }) => {
    const run = world.run(uuid)
    if (!run) throw notFound('run')
    return { status: 200, body: runBody(world, run) }
  })
  serve('organisations.get', 'GET', '/organisations/:uuid', ({ uuid }) => {
    const organisation = world.programs.find((program) => program.organisation.uuid === uuid)?.organisation
    if (!organisation) throw notFound('organisation')
    return { status: 200, body: { ...organisation, href: world.href('organisations', uuid) } }
  })
}

function notFound(what: string): ApiRefusal {
  return new ApiRefusal(404, 'not_found', `There is no such ${what}.`)
}
