/** Creates a refund's row and first history entry, requested here or made at the provider. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { beginHistory, type MoveCause } from '../store/history.ts'
import { newId } from '../store/row.ts'
import type { Payment } from './payment.ts'
import { type RefundCause, refundStates } from './refund.states.ts'
import { Refund } from './refund.ts'

type RefundFacts = Pick<
  Refund,
  | 'amountMinor'
  | 'currency'
  | 'status'
  | 'origin'
  | 'reason'
  | 'keepRegistration'
  | 'attempt'
  | 'reference'
  | 'requestedBy'
  | 'requestedAt'
> &
  Partial<Pick<Refund, 'wishId' | 'askedAt' | 'waitingFor' | 'nextTryAt'>>

/** The first row of a wish names it, unless the facts say whose it is. Nothing of it is sent or settled yet; its key is fixed here, before any call. */
export async function createRefund(
  tx: EntityManager,
  payment: Payment,
  facts: RefundFacts,
  why: MoveCause<RefundCause>,
): Promise<Refund> {
  const id = newId()
  const refund = tx.create(Refund, {
    wishId: id,
    askedAt: facts.requestedAt,
    waitingFor: null,
    nextTryAt: null,
    ...facts,
    id,
    paymentId: payment.id,
    failureReason: null,
    providerMessage: null,
    writtenOffAt: null,
    outsideMethod: null,
    outsideReference: null,
    outsideSettledOn: null,
    outsideReason: null,
    callKey: `${id}:refund:1`,
    sendingSince: null,
    settledAt: null,
    updatedAt: why.at,
  })
  beginHistory(tx, refundStates, refund, why)
  await tx.flush()
  return refund
}
