/** Reads programs, runs and remaining places from the partner's catalogue. */
import type { CourseSource } from '../../courses/course-source.ts'
import type { PartnerExchange } from './partner-exchange.ts'
import { programFacts, runFacts } from './partner-facts.ts'
import { listByUuid, listChanges } from './partner-lists.ts'
import { availability, program, programRun } from './partner-replies.ts'
import { getThing } from './partner-thing.ts'

const programThing = { name: 'programs', shape: program }
const runThing = { name: 'program_runs', shape: programRun }
const availabilityCall = {
  operation: 'program_runs.availability',
  path: '/program_runs/availability',
  shape: availability,
}

export function partnerCatalogue(exchange: PartnerExchange): Omit<CourseSource, 'silent'> {
  return {
    programs: (since) => listChanges(exchange, programThing, programFacts, since),
    runs: (since) => listChanges(exchange, runThing, runFacts, since),
    program: async (uuid) => {
      const found = await getThing(exchange, programThing, uuid)
      return found && programFacts(found)
    },
    run: async (uuid) => {
      const found = await getThing(exchange, runThing, uuid)
      return found && runFacts(found)
    },
    placesRemaining: async (runUuids, signal) => {
      const said = await listByUuid(exchange, { ...availabilityCall, signal }, runUuids)
      return new Map(said.flat().map(({ uuid, places_remaining }) => [uuid, places_remaining]))
    },
  }
}
