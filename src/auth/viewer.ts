/** Describes the caller of a request as the rest of the product knows them. */
import { isTimeZone } from '../values/dates.ts'

export interface LearnerIdentity {
  id: string
  issuer: string
  subject: string
  email: string
  givenName: string
  familyName: string
  displayName: string
  timeZone: string | null
}

export interface StaffIdentity {
  subject: string
  displayName: string
  institutionSlug: string
  institutionId: string
}

export interface ClientIdentity {
  clientId: string
  institutionSlug: string
  institutionId: string
}

/** A federation router that asks as itself, in nobody's name. */
export interface RouterIdentity {
  clientId: string
}

/** Staff of an institution or its machine: what both have in common. */
export type InstitutionIdentity = StaffIdentity | ClientIdentity

/** What a member is called where it is kept who did something. */
export function memberName(member: InstitutionIdentity): string {
  return 'displayName' in member ? member.displayName : member.clientId
}

export interface OperatorIdentity {
  subject: string
  displayName: string
}

/** One caller can be several at once: staff also study. */
export interface Viewer {
  learner: LearnerIdentity | null
  staff: StaffIdentity | null
  client: ClientIdentity | null
  operator: OperatorIdentity | null
  router: RouterIdentity | null
  /** Stable name of the caller for idempotency and rate limits: `user:<issuer>|<sub>`, `client:<id>` or `anonymous:<address>`. */
  key: string
  anonymous: boolean
}

/** The learner's own zone as their identity provider says it; null when it does not, or names none that there is. */
export function zoneOf({ learner }: Viewer): string | null {
  const zone = learner?.timeZone ?? null
  return zone !== null && isTimeZone(zone) ? zone : null
}

/** Somebody without a token; `address` is where the request came from. */
export function anonymousViewer(address: string): Viewer {
  return {
    learner: null,
    staff: null,
    client: null,
    operator: null,
    router: null,
    key: `anonymous:${address}`,
    anonymous: true,
  }
}

/** The kind of caller for logs and metrics, where a name would be personal. */
export function callerKind({ anonymous, client, operator, staff, learner, router }: Viewer): string {
  if (anonymous) return 'anonymous'
  if (client) return 'client'
  if (router) return 'router'
  if (operator) return 'operator'
  if (staff) return 'staff'
  return learner ? 'learner' : 'other'
}
