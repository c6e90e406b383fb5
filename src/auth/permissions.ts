/** Decides who may do what, throwing UNAUTHENTICATED or FORBIDDEN otherwise. */
import { forbidden, unauthenticated } from '../graph/contract/errors.ts'
import type { InstitutionIdentity, LearnerIdentity, Viewer } from './viewer.ts'

function refuse(viewer: Viewer, message: string): never {
  throw viewer.anonymous ? unauthenticated() : forbidden(message)
}

/** Anybody whose token was good. */
export function isSignedIn(viewer: Viewer): boolean {
  return !viewer.anonymous
}

/** The learner who asks, by id; null when it is none. For SQL whose question is who may see which. */
export function learnerIdOf(viewer: Viewer): string | null {
  return viewer.learner?.id ?? null
}

/** The learner who asks. */
export function requireLearner(viewer: Viewer): LearnerIdentity {
  return viewer.learner ?? refuse(viewer, 'Only learners may do this.')
}

/** That learner and nobody else. A row that does not say whose it is belongs to nobody. */
export function isOwner(viewer: Viewer, learnerId: string): boolean {
  return viewer.learner !== null && viewer.learner.id === learnerId
}

/** That learner: not even operators act for another. */
export function requireOwner(viewer: Viewer, learnerId: string): void {
  requireLearner(viewer)
  if (!isOwner(viewer, learnerId)) refuse(viewer, 'This belongs to another learner.')
}

export function isOperator(viewer: Viewer): boolean {
  return viewer.operator !== null
}

export function requireOperator(viewer: Viewer): void {
  if (!isOperator(viewer)) refuse(viewer, 'Only operators may do this.')
}

/** A federation router that asks as itself. */
export function isRouter(viewer: Viewer): boolean {
  return viewer.router !== null
}

/** That learner, and operators. */
export function isOwnerOrOperator(viewer: Viewer, learnerId: string): boolean {
  return isOperator(viewer) || isOwner(viewer, learnerId)
}

/** That learner, and operators. */
export function requireOwnerOrOperator(viewer: Viewer, learnerId: string): void {
  if (!isOperator(viewer)) requireOwner(viewer, learnerId)
}

/** Those who may own something, or see what others own: asked before anything is read. */
export function isLearnerOrOperator(viewer: Viewer): boolean {
  return isOperator(viewer) || viewer.learner !== null
}

/** Learners and operators; of which learner it has to be is asked of the row. */
export function requireLearnerOrOperator(viewer: Viewer): void {
  if (!isOperator(viewer)) requireLearner(viewer)
}

/** Staff or machine of whichever institution, when that is who asks. */
export function memberOf(viewer: Viewer): InstitutionIdentity | null {
  return viewer.staff ?? viewer.client
}

/** Staff or machine of whichever institution. */
export function requireAnyMember(viewer: Viewer): InstitutionIdentity {
  return memberOf(viewer) ?? refuse(viewer, "Only an institution's staff and machines may do this.")
}

/** Staff of whichever institution. */
export function isStaff(viewer: Viewer): boolean {
  return viewer.staff !== null
}

/** Staff of that institution: a person, not its machine. */
export function isStaffOf(viewer: Viewer, institutionId: string): boolean {
  return viewer.staff !== null && viewer.staff.institutionId === institutionId
}

/** Staff or machine of that institution. */
export function isMemberOf(viewer: Viewer, institutionId: string): boolean {
  return isStaffOf(viewer, institutionId) || (viewer.client !== null && viewer.client.institutionId === institutionId)
}
