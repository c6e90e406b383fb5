/** The registration partner: its catalogue, memberships and enrolments, behind the three ports that ask for them. */
import type { z } from 'zod'
import type { CourseSource } from '../../courses/course-source.ts'
import type { PartnerNotice, RegistrationPartner } from '../../enrolments/registration-partner.ts'
import type { AccountPartner } from '../../learners/account-partner.ts'
import { isOutsideFailure, Upstream } from '../../values/outside-failure.ts'
import type { CallObservers } from '../call-log.ts'
import { type BreakerState, type CallLimits, Effect, outsideCall } from '../outside-call.ts'
import { failureOfStatus } from '../outside-reply.ts'
import { type PartnerAnswer, type PartnerCall, partnerExchange } from './partner-exchange.ts'
import { membershipFacts, programFacts, registrationFacts, runFacts } from './partner-facts.ts'
import { changesOf } from './partner-lists.ts'
import { availability, conflictReply, membership, program, programEnrolment, programRun } from './partner-replies.ts'
import { verifyPartnerNotice } from './partner-webhook.ts'

export interface PartnerOptions extends CallObservers {
  /** E.g. https://partner.example/partners */
  baseUrl: string
  consumerKey: string
  sharedSecret: string
  webhookSecret: string
  limits?: Partial<CallLimits>
}

export type Partner = CourseSource &
  AccountPartner &
  RegistrationPartner & {
    state(): BreakerState
    verifyNotice(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): PartnerNotice
  }

const mostAtOnce = 100

/** The adapter, and the state of its breaker for health and metrics. */
export function partnerAdapter(options: PartnerOptions): Partner {
  const { log, onCall, limits } = options
  const call = outsideCall({ upstream: Upstream.Partner, log, onCall, ...(limits && { limits }) })
  const exchange = partnerExchange({ ...options, call })

  /** One thing, or null when the partner answers 404. A find answers 302 with the reference of what was found. */
  async function one<Shape extends z.ZodType>(shape: Shape, request: PartnerCall): Promise<z.output<Shape> | null> {
    const answer = await exchange.ask(request)
    if (answer.status === 404) return null
    if (answer.status !== 302) return exchange.read(shape, answer)
    const { href } = exchange.read(conflictReply.shape.reference, answer)
    return one(shape, { ...request, path: href })
  }

  /** What a POST made; on 409 the thing that was there already. */
  async function made<Shape extends z.ZodType>(shape: Shape, request: PartnerCall): Promise<z.output<Shape>> {
    const answer = await exchange.ask({ ...request, method: 'POST', effect: Effect.Write })
    if (answer.status !== 409) {
      if (answer.status === 404) throw refusedBy(answer)
      return exchange.read(shape, answer)
    }
    const { reference } = exchange.read(conflictReply, answer)
    const existing = await one(shape, { operation: request.operation, effect: Effect.Read, path: reference.href })
    if (existing === null) throw refusedBy(answer)
    return existing
  }

  const get = <Shape extends z.ZodType>(operation: string, shape: Shape, path: string) =>
    one(shape, { operation, effect: Effect.Read, path })
  const programsList = { operation: 'programs.list', path: '/programs', shape: program, facts: programFacts }
  const runsList = { operation: 'program_runs.list', path: '/program_runs', shape: programRun, facts: runFacts }
  const enrolmentsList = {
    operation: 'program_enrolments.list',
    path: '/program_enrolments',
    shape: programEnrolment,
    facts: registrationFacts,
  }
  const id = encodeURIComponent

  return {
    state: call.state,
    verifyNotice: (rawBody, headers) => verifyPartnerNotice(rawBody, headers, options.webhookSecret, options.baseUrl),
    programs: (since) => changesOf(exchange, programsList, since),
    runs: (since) => changesOf(exchange, runsList, since),
    program: async (uuid) => mapped(await get('programs.get', program, `/programs/${id(uuid)}`), programFacts),
    run: async (uuid) => mapped(await get('program_runs.get', programRun, `/program_runs/${id(uuid)}`), runFacts),
    async placesRemaining(uuids, signal) {
      const answer = await exchange.ask({
        operation: 'program_runs.availability',
        effect: Effect.LiveRead,
        path: `/program_runs/availability?uuids=${uuids.slice(0, mostAtOnce).map(id).join(',')}`,
        ...(signal && { signal }),
      })
      if (answer.status === 404) return new Map()
      return new Map(exchange.read(availability, answer).map(({ uuid, places_remaining }) => [uuid, places_remaining]))
    },
    invite: async ({ externalLearnerId, email, firstName, lastName, returnUrl }) =>
      membershipFacts(
        await made(membership, {
          operation: 'organisation_memberships.create',
          effect: Effect.Write,
          path: '/organisation_memberships',
          body: {
            external_learner_id: externalLearnerId,
            email,
            first_name: firstName,
            last_name: lastName,
            ...(returnUrl && { return_url: returnUrl }),
          },
        }),
      ),
    findMembership: async (externalLearnerId) => {
      const path = `/organisation_memberships/find?external_learner_id=${id(externalLearnerId)}`
      return mapped(await get('organisation_memberships.find', membership, path), membershipFacts)
    },
    membership: async (uuid) => {
      const path = `/organisation_memberships/${id(uuid)}`
      return mapped(await get('organisation_memberships.get', membership, path), membershipFacts)
    },
    find: async (membershipUuid, runUuid) => {
      const path = `/program_enrolments/find?organisation_membership=${id(membershipUuid)}&program_run=${id(runUuid)}`
      return mapped(await get('program_enrolments.find', programEnrolment, path), registrationFacts)
    },
    register: async ({ membershipUuid, runUuid, externalReference }) =>
      registrationFacts(
        await made(programEnrolment, {
          operation: 'program_enrolments.create',
          effect: Effect.Write,
          path: '/program_enrolments',
          body: {
            organisation_membership: { uuid: membershipUuid },
            program_run: { uuid: runUuid },
            external_reference: externalReference,
          },
        }),
      ),
    registration: async (uuid) =>
      mapped(
        await get('program_enrolments.get', programEnrolment, `/program_enrolments/${id(uuid)}`),
        registrationFacts,
      ),
    async registrations(uuids, signal) {
      const answer = await exchange.ask({
        operation: 'program_enrolments.list',
        effect: Effect.LiveRead,
        path: `/program_enrolments?uuids=${uuids.slice(0, mostAtOnce).map(id).join(',')}`,
        ...(signal && { signal }),
      })
      const found = exchange.read(programEnrolment.array(), answer).map(registrationFacts)
      return new Map(found.map((registration) => [registration.uuid, registration]))
    },
    async changedSince(instant) {
      try {
        const changes = await changesOf(exchange, enrolmentsList, { updatedSince: instant, etag: null })
        return changes.kind === 'changed' ? changes.facts : []
      } catch (error) {
        // A partner without such a list refuses it: then only the known ones are polled.
        if (isOutsideFailure(error, 'REFUSED')) return null
        throw error
      }
    },
    async deactivate(uuid, reason) {
      await exchange.ask({
        operation: 'program_enrolments.deactivate',
        effect: Effect.Write,
        method: 'POST',
        path: `/program_enrolments/${id(uuid)}/deactivate`,
        body: { reason: reason.slice(0, 250) },
      })
    },
  }
}

const mapped = <Reply, Fact>(reply: Reply | null, facts: (reply: Reply) => Fact): Fact | null =>
  reply === null ? null : facts(reply)

function refusedBy({ status, headers, body }: PartnerAnswer) {
  const error = (body as { error?: { code?: string; message?: string } } | null)?.error
  const retryAfter = headers.get('retry-after')
  return failureOfStatus(Upstream.Partner, {
    status: status === 404 ? 422 : status,
    code: error?.code ?? null,
    message: error?.message ?? '',
    retryAfter,
  })
}
