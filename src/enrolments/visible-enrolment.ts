/** Reads an enrolment for those who may see it: its learner and operators. */
import { isOwnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { enrolmentById } from './loaders.ts'

/** The enrolment, or null when there is none or the caller may not see it. */
export async function visibleEnrolment(context: Context, uuid: string) {
  const enrolment = await enrolmentById(context, uuid)
  return enrolment && isOwnerOrOperator(context.viewer, enrolment.learnerId) ? enrolment : null
}
