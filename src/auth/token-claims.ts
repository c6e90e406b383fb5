/** Reads a verified token's claims strictly and derives the viewer from them. */
import { z } from 'zod'
import { forbidden, unauthenticated } from '../graph/contract/errors.ts'
import { canBeKeptText } from '../values/kept-text.ts'
import type { LearnerIdentity, Viewer } from './viewer.ts'

const claim = (longest: number) => z.string().max(longest).refine(canBeKeptText)
const named = (longest: number) => claim(longest).min(1)

const claimsShape = z.object({
  sub: named(255),
  exp: z.number(),
  roles: z.array(claim(200)).max(100).default([]),
  institution: named(200).optional(),
  client_id: named(255).optional(),
  azp: named(255).optional(),
  email: claim(320).min(3).optional(),
  given_name: claim(200).default(''),
  family_name: claim(200).default(''),
  name: claim(400).optional(),
  zoneinfo: claim(100).optional(),
})
export type TokenClaims = z.infer<typeof claimsShape>

/** Where people and institutions are found by what tokens call them. */
export interface Directory {
  /** The learner's id; makes the learner at first sight. */
  learnerId(learner: Omit<LearnerIdentity, 'id'>): Promise<string>
  /** Null for an institution that is not registered. */
  institutionId(slug: string): Promise<string | null>
}

/** Throws UNAUTHENTICATED naming the claim that is missing or does not fit. */
export function readClaims(payload: object): TokenClaims {
  const read = claimsShape.safeParse(payload)
  if (!read.success) throw unauthenticated(`The token lacks a good "${String(read.error.issues[0]?.path[0])}".`)
  return read.data
}

async function learnerOf(issuer: string, claims: TokenClaims, directory: Directory): Promise<LearnerIdentity> {
  const { sub, email, given_name, family_name, zoneinfo } = claims
  if (email === undefined) throw unauthenticated('The token lacks a good "email".')
  const displayName = claims.name ?? (`${given_name} ${family_name}`.trim() || sub)
  const learner = {
    issuer,
    subject: sub,
    email,
    givenName: given_name,
    familyName: family_name,
    displayName,
    timeZone: zoneinfo ?? null,
  }
  return { id: await directory.learnerId(learner), ...learner }
}

/** Staff and machines are nobody without their institution: an unknown one is FORBIDDEN, never silently less. */
async function institutionOf(claims: TokenClaims, directory: Directory) {
  const slug = claims.institution
  if (slug === undefined) throw forbidden('The token has a role at an institution and names none.')
  const institutionId = await directory.institutionId(slug)
  if (institutionId === null)
    throw forbidden(`The token names the institution "${slug}", which is not registered here.`)
  return { institutionSlug: slug, institutionId }
}

/** The viewer of a verified token; asks the directory for ids. */
export async function viewerOf(issuer: string, claims: TokenClaims, directory: Directory): Promise<Viewer> {
  const has = (role: string) => claims.roles.includes(role)
  const displayName = claims.name ?? claims.sub
  const isClient = has('institution-client')
  const isMachine = isClient || has('router')
  const institution = has('staff') || isClient ? await institutionOf(claims, directory) : null
  if (isMachine && claims.client_id === undefined) throw unauthenticated('The token lacks a good "client_id".')
  return {
    learner: has('learner') ? await learnerOf(issuer, claims, directory) : null,
    staff: has('staff') && institution ? { subject: claims.sub, displayName, ...institution } : null,
    client: isClient && institution ? { clientId: claims.client_id ?? '', ...institution } : null,
    operator: has('operator') ? { subject: claims.sub, displayName } : null,
    router: has('router') ? { clientId: claims.client_id ?? '' } : null,
    key: isMachine ? `client:${claims.client_id}` : `user:${issuer}|${claims.sub}`,
    anonymous: false,
  }
}
