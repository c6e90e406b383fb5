/** Takes up a stuck enrolment by its id, with its case. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import { lockCase } from '../cases/acknowledge-case.ts'
import { Case } from '../cases/case.ts'
import type { CaseAction } from '../cases/case-action.ts'
import type { Context } from '../context.ts'
import { findEnrolment, lockEnrolment } from '../enrolments/change-enrolment.ts'
import { lockPayments } from '../enrolments/compensate.ts'
import { reasonRefusal } from '../enrolments/reason-refusal.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { act } from './act.ts'
import { actionsWithin } from './actions-of.ts'
import { deeds } from './deeds.ts'
import { lockGround } from './lock-ground.ts'

export const StuckResolution = { RETRY_REGISTRATION: 'RETRY_REGISTRATION', RETRY_REFUND: 'RETRY_REFUND' } as const
export type StuckResolution = (typeof StuckResolution)[keyof typeof StuckResolution]

export interface ResolveRequest {
  enrolmentId: string
  resolution: StuckResolution
  reason: string
  idempotencyKey: string
}

const refused = <Name extends string>(refusal: Refusal<Name>) => ({ enrolmentId: null, refusals: [refusal] })
const field = ['input', 'enrolmentId']

/** The enrolment, going on. Throws UNAUTHENTICATED or FORBIDDEN for those who are no operators. */
export async function resolveStuckEnrolment(context: Context, input: ResolveRequest) {
  requireOperator(context.viewer)
  const bad = keyRefusal(input.idempotencyKey) ?? reasonRefusal(input.reason)
  if (bad) return refused(bad)
  const reason = input.reason.trim()
  const id = uuidOf('Enrolment', input.enrolmentId)
  const known = id === null ? null : await findEnrolment(context.em, id)
  if (known === null) {
    const message = noSuch('Enrolment', input.enrolmentId, 'There is no such enrolment.')
    return refused(refusal(NotFound, {}, message, field))
  }
  return inTransaction(context.em, (tx) => resolve(context, tx, known.id, { ...input, reason }))
}

const actionOf = { RETRY_REGISTRATION: 'RESTORE_PLACE', RETRY_REFUND: 'REFUND' } as const satisfies Record<
  StuckResolution,
  CaseAction
>
const aims = { RETRY_REGISTRATION: 'REGISTERING', RETRY_REFUND: 'COMPENSATING' } as const
const whyNot: Record<StuckResolution, string> = {
  RETRY_REGISTRATION: 'Its money is back, or on its way back, so there is nothing to register for.',
  RETRY_REFUND: 'Its money is back, on its way back, or disputed at the bank or PayPal, who decide about it.',
}

async function resolve(
  context: Context,
  tx: EntityManager,
  enrolmentId: string,
  { idempotencyKey: key, ...request }: ResolveRequest,
) {
  const { viewer } = context
  const at = context.now()
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'resolveStuckEnrolment', key, request, now: at })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') return { enrolmentId, refusals: [] }
  await lockPayments(tx, enrolmentId)
  const { status: from } = await lockEnrolment(tx, enrolmentId)
  const to = aims[request.resolution]
  if (from !== 'STUCK') {
    const message = 'Only an enrolment that is STUCK can be taken up again.'
    return { enrolmentId, refusals: [refusal(IllegalTransition, { from, to }, message, field)] }
  }
  const stuck = { kind: 'ENROLMENT_STUCK', subjectId: enrolmentId, holds: true } as const
  const about = (await lockCase(tx, (await tx.findOneOrFail(Case, stuck)).id)) as Case
  const action = actionOf[request.resolution]
  if (!(await actionsWithin(tx, about.id)).includes(action)) {
    const message = whyNot[request.resolution]
    return { enrolmentId, refusals: [refusal(IllegalTransition, { from, to }, message, ['input', 'resolution'])] }
  }
  taken.keep({ enrolmentId })
  const whole = { amountMinor: null, keepRegistration: false, method: null, reference: null, settledOn: null }
  const order = { action, reason: request.reason, ...whole }
  const ground = await lockGround(tx, about)
  await act({ context, tx, case: about, ground, order, actor: viewer.key, at }, deeds[action])
  return { enrolmentId, refusals: [] }
}
