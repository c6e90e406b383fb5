/** Operators take up again what could not be finished: register once more, or pay back once more. */
import { LockMode } from '@mikro-orm/postgresql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Refusal, refusal } from '../graph/user-error.ts'
import { Payment } from '../payments/payment.ts'
import { addRefund, refundableMinor } from '../payments/request-refund.ts'
import { move } from '../store/history.ts'
import { keyRefusal, takeKey } from '../store/idempotent.ts'
import { addJob, announce, inTransaction } from '../store/transaction.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'

export interface ResolveStuckRequest {
  enrolmentId: string
  resolution: 'RETRY_REGISTRATION' | 'RETRY_REFUND'
  reason: string
  idempotencyKey: string
}

interface Resolved {
  enrolmentId: string | null
  refusals: Refusal[]
}

const refused = (...refusals: Refusal[]): Resolved => ({ enrolmentId: null, refusals })

/** Moves a STUCK enrolment on and adds the job that does the work. Operators only. */
export async function resolveStuckEnrolment(context: Context, input: ResolveStuckRequest): Promise<Resolved> {
  requireOperator(context.viewer)
  const keyProblem = keyRefusal(input.idempotencyKey)
  if (keyProblem) return refused(keyProblem)
  if (!input.reason.trim())
    return refused(refusal('InvalidInput', 'Give a reason for the record.', ['input', 'reason']))
  const id = uuidOf('Enrolment', input.enrolmentId)
  return inTransaction(context.em, async (tx) => {
    const { idempotencyKey: key, ...request } = input
    const at = context.now()
    const taken = await takeKey(tx, {
      caller: context.viewer.key,
      operation: 'resolveStuckEnrolment',
      key,
      request,
      now: at,
    })
    if (taken.kind === 'conflict') return refused(taken.refusal)
    if (taken.kind === 'repeat') return { enrolmentId: taken.result.enrolmentId!, refusals: [] }
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE as const, orderBy: { id: 'asc' as const } }
    const payments = id ? await tx.find(Payment, { enrolmentId: id, status: 'SUCCEEDED' }, lock) : []
    const enrolment = id && (await tx.findOne(Enrolment, id, { lockMode: LockMode.PESSIMISTIC_WRITE }))
    if (!enrolment) return refused(refusal('NotFound', 'There is no such enrolment.', ['input', 'enrolmentId']))
    const to = input.resolution === 'RETRY_REGISTRATION' ? 'REGISTERING' : 'COMPENSATING'
    if (enrolment.status !== 'STUCK') {
      const states = { from: enrolment.status, to }
      return refused(refusal('IllegalTransition', 'This enrolment is not stuck.', ['input', 'enrolmentId'], states))
    }
    move(tx, enrolmentStates, enrolment, to, { cause: `OPERATOR_${input.resolution}`, actor: context.viewer.key, at })
    if (to === 'REGISTERING') {
      await addJob(tx, 'register_enrolment', { enrolmentId: enrolment.id }, { key: `register:${enrolment.id}` })
    } else {
      for (const payment of payments) {
        const amountMinor = await refundableMinor(tx, payment)
        const facts = { origin: 'COMPENSATION' as const, keepRegistration: false, requestedBy: context.viewer.key }
        if (amountMinor > 0) await addRefund(tx, payment, { ...facts, amountMinor, reason: input.reason, now: at })
      }
    }
    taken.keep({ enrolmentId: enrolment.id })
    await announce(tx, 'enrolment', enrolment.id)
    return { enrolmentId: enrolment.id, refusals: [] }
  })
}
