/** Makes, looks up, polls and ends registrations at the partner. */
import type { RegistrationPartner } from '../../enrolments/registration-partner.ts'
import { isUpstreamFailure, Upstream } from '../../values/upstream-failure.ts'
import type { CallLog } from '../call-log.ts'
import { Effect } from '../upstream-call.ts'
import { failureOf, type PartnerExchange } from './partner-exchange.ts'
import { registrationFacts } from './partner-facts.ts'
import { listByUuid, listChanges } from './partner-lists.ts'
import { programEnrolment } from './partner-replies.ts'
import { createThing, findThing, getThing } from './partner-thing.ts'

const enrolmentThing = { name: 'program_enrolments', shape: programEnrolment }
const enrolmentsCall = {
  operation: 'program_enrolments.list',
  path: '/program_enrolments',
  shape: programEnrolment.array(),
}
const LONGEST_REASON_CHARACTERS = 250

/** All of the port but its webhooks, which need no exchange. */
export function partnerRegistrations(
  exchange: PartnerExchange,
  log: CallLog,
): Omit<RegistrationPartner, 'verifyNotice'> {
  const byPlace = (membershipUuid: string, runUuid: string) => ({
    organisation_membership: membershipUuid,
    program_run: runUuid,
  })
  const registration: RegistrationPartner['registration'] = async (uuid) => {
    const found = await getThing(exchange, enrolmentThing, uuid)
    return found && registrationFacts(found)
  }
  return {
    registration,
    find: async (membershipUuid, runUuid) => {
      const found = await findThing(exchange, enrolmentThing, byPlace(membershipUuid, runUuid))
      return found && registrationFacts(found)
    },
    register: async ({ membershipUuid, runUuid, externalReference }) => {
      const body = {
        organisation_membership: { uuid: membershipUuid },
        program_run: { uuid: runUuid },
        external_reference: externalReference,
      }
      const find = byPlace(membershipUuid, runUuid)
      return registrationFacts(await createThing(exchange, enrolmentThing, { body, find }))
    },
    registrations: async (uuids, signal) => {
      const said = await listByUuid(exchange, { ...enrolmentsCall, signal }, uuids)
      return new Map(said.flat().map((reply) => [reply.uuid, registrationFacts(reply)]))
    },
    changedSince: (instant) => changedSince(exchange, log, instant),
    deactivate: async (uuid, reason) => {
      const answer = await exchange({
        operation: 'program_enrolments.deactivate',
        effect: Effect.Write,
        path: `/program_enrolments/${encodeURIComponent(uuid)}/deactivate`,
        body: { reason: [...reason].slice(0, LONGEST_REASON_CHARACTERS).join('') },
        alsoAnswers: [303, 409],
      })
      if (answer.status === 409 && (await registration(uuid))?.status !== 'INACTIVE') throw failureOf(answer)
    },
  }
}

/** Not every partner has such a list. */
const withoutList = new Set(['http_404', 'http_405', 'http_501', 'not_found'])

async function changedSince(exchange: PartnerExchange, log: CallLog, instant: Date | null) {
  try {
    const changes = await listChanges(exchange, enrolmentThing, registrationFacts, {
      updatedSince: instant,
      etag: null,
    })
    const { kind, rejected } = changes
    for (const entry of rejected) log.warn({ upstream: Upstream.Partner, ...entry }, 'partner entry kept out')
    return { registrations: kind === 'changed' ? changes.facts : [], rejected }
  } catch (error) {
    if (isUpstreamFailure(error) && withoutList.has(error.code)) return null
    throw error
  }
}
