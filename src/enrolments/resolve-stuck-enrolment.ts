/** Resumes a stuck enrolment for an operator by registering or refunding once more. */

import type { EntityManager } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/contract/global-id.ts'
import { noSuch } from '../graph/contract/no-such.ts'
import { IllegalTransition, NotFound, type Refusal, refusal } from '../graph/contract/user-error.ts'
import { balanceOf } from '../payments/balance.ts'
import type { Payment } from '../payments/payment.ts'
import { writeOffWishes } from '../payments/write-off-wishes.ts'
import type { MoveCause } from '../store/history.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { inTransaction } from '../store/transaction.ts'
import { findEnrolment, lockEnrolment, moveEnrolment } from './change-enrolment.ts'
import { lockPayments, sendBack } from './compensate.ts'
import type { EnrolmentCause } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import { enrolmentJobs } from './enrolment-jobs.ts'
import { reasonRefusal } from './reason-refusal.ts'

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

async function resolve(
  { viewer, now, log }: Context,
  tx: EntityManager,
  enrolmentId: string,
  { idempotencyKey: key, ...request }: ResolveRequest,
) {
  const at = now()
  const taken = await takeKey(tx, { caller: viewer.key, operation: 'resolveStuckEnrolment', key, request, now: at })
  if (taken.kind === 'conflict') return refused(taken.refusal)
  if (taken.kind === 'repeat') return { enrolmentId, refusals: [] }
  const payments = await lockPayments(tx, enrolmentId)
  const enrolment = await lockEnrolment(tx, enrolmentId)
  const { resolution, reason } = request
  const firstRefusal = await refusalOf(tx, enrolment, payments, resolution)
  if (firstRefusal) return { enrolmentId, refusals: [firstRefusal] }
  taken.keep({ enrolmentId })
  log.info({ enrolmentId, resolution, reason }, 'an operator takes up a stuck enrolment')
  const why = { cause: causeOf[resolution], actor: viewer.key, at }
  if (resolution === 'RETRY_REFUND') await sendBack(tx, enrolment, payments, { reason, why })
  else await registerAgain(tx, enrolment, payments, why)
  await enrolmentJobs.reviewCredit.add(tx, { enrolmentId })
  return { enrolmentId, refusals: [] }
}

const causeOf = { RETRY_REGISTRATION: 'OPERATOR_RETRY_REGISTRATION', RETRY_REFUND: 'OPERATOR_RETRY_REFUND' } as const

/** Only what is STUCK; and what is on its way back pays for no registration. */
async function refusalOf(
  tx: EntityManager,
  { status: from, paymentId }: Enrolment,
  payments: readonly Payment[],
  resolution: StuckResolution,
) {
  const to = resolution === 'RETRY_REFUND' ? 'COMPENSATING' : 'REGISTERING'
  if (from !== 'STUCK') {
    return refusal(IllegalTransition, { from, to }, 'Only an enrolment that is STUCK can be taken up again.', field)
  }
  if (resolution === 'RETRY_REFUND') return null
  const payment = payments.find(({ id }) => id === paymentId)
  const balance = payment && (await balanceOf(tx, payment))
  if (balance && balance.leftMinor === balance.capturedMinor) return null
  const message = 'Its money is back, or on its way back, so there is nothing to register for.'
  return refusal(IllegalTransition, { from, to }, message, ['input', 'resolution'])
}

/** The place it is, then, and not the money. */
async function registerAgain(
  tx: EntityManager,
  enrolment: Enrolment,
  payments: readonly Payment[],
  why: MoveCause<EnrolmentCause>,
): Promise<void> {
  for (const payment of payments) await writeOffWishes(tx, payment, why)
  enrolment.holdExpiresAt = null
  await moveEnrolment(tx, enrolment, 'REGISTERING', why)
  await enrolmentJobs.register.add(tx, { enrolmentId: enrolment.id })
}
