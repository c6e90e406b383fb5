/** Decides who may do what, throwing UNAUTHENTICATED or FORBIDDEN otherwise. */
import { forbidden, unauthenticated } from '../graph/contract/errors.ts'
import type { ClientIdentity, LearnerIdentity, OperatorIdentity, StaffIdentity, Viewer } from './viewer.ts'

/** Staff of an institution or its machine: what both have in common. */
export type InstitutionIdentity = StaffIdentity | ClientIdentity

function refuse(viewer: Viewer, message: string): never {
  throw viewer.anonymous ? unauthenticated() : forbidden(message)
}

/** The learner who asks. */
export function requireLearner(viewer: Viewer): LearnerIdentity {
  return viewer.learner ?? refuse(viewer, 'Only learners may do this.')
}

/** The learner who asks, when it is that one: nobody acts for another. */
export function requireThatLearner(viewer: Viewer, learnerId: string): LearnerIdentity {
  const learner = requireLearner(viewer)
  return learner.id === learnerId ? learner : refuse(viewer, 'This belongs to another learner.')
}

/** Whether the caller is that learner. */
export function isLearner(viewer: Viewer, learnerId: string): boolean {
  return viewer.learner?.id === learnerId
}

/** The operator who asks. */
export function requireOperator(viewer: Viewer): OperatorIdentity {
  return viewer.operator ?? refuse(viewer, 'Only operators may do this.')
}

/** Staff or machine of whichever institution. */
export function requireAnyMember(viewer: Viewer): InstitutionIdentity {
  return viewer.staff ?? viewer.client ?? refuse(viewer, "Only an institution's staff and machines may do this.")
}

/** Whether the caller is staff or machine of that institution. */
export function isMember(viewer: Viewer, institutionId: string): boolean {
  return viewer.staff?.institutionId === institutionId || viewer.client?.institutionId === institutionId
}

/** Staff or machine of that institution. */
export function requireMember(viewer: Viewer, institutionId: string): InstitutionIdentity {
  if (viewer.staff?.institutionId === institutionId) return viewer.staff
  if (viewer.client?.institutionId === institutionId) return viewer.client
  return refuse(viewer, "Only this institution's staff and machines may do this.")
}

/** Staff of that institution: a person answers for what its machine may not decide. */
export function requireStaff(viewer: Viewer, institutionId: string): StaffIdentity {
  if (viewer.staff?.institutionId === institutionId) return viewer.staff
  return refuse(viewer, "Only this institution's staff may do this.")
}

/** Anybody who is signed in. */
export function requireSignedIn(viewer: Viewer): void {
  if (viewer.anonymous) refuse(viewer, 'Sign in first.')
}
