/** Keeps the one case that a STUCK enrolment always has. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import { balanceOf } from '../payments/balance.ts'
import { Payment } from '../payments/payment.ts'
import type { Enrolment, StuckReason } from './enrolment.ts'

const messages: Record<StuckReason, string> = {
  COMPENSATION_FAILED: 'It could not be registered, and the money could not go back.',
  REGISTRATION_ENDED: 'The partner ended a place that is paid for; the money is here.',
  REFUND_BOUNCED: 'The bank sent the refund back after the place was ended; the money is here.',
  DISPUTE_REVERSED: 'A lost dispute was decided the other way after the place was ended; the money is here.',
}

const about = ({ id }: Enrolment) => ({ type: 'Enrolment', id }) as const

/** With all that is left of what was paid, in the currency of what paid for it. */
export async function openStuckCase(
  tx: EntityManager,
  enrolment: Enrolment,
  reason: StuckReason,
  at: Date,
): Promise<void> {
  const payments = await tx.find(Payment, { enrolmentId: enrolment.id }, { orderBy: { id: 'asc' } })
  const paying = payments.find(({ id }) => id === enrolment.paymentId) ?? payments.at(-1)
  const currency = paying?.capturedCurrency ?? paying?.currency ?? null
  let leftMinor = 0
  for (const payment of payments) {
    if ((payment.capturedCurrency ?? payment.currency) === currency)
      leftMinor += (await balanceOf(tx, payment)).leftMinor
  }
  const amount = currency === null ? null : { amountMinor: leftMinor, currency }
  const { learnerId, runId: courseRunId, registrationUuid: providerReference } = enrolment
  const facts = { message: messages[reason], amount, learnerId, courseRunId, providerReference }
  await openCase(tx, { kind: 'ENROLMENT_STUCK', subject: about(enrolment), ...facts }, at)
}

export const closeStuckCase = (tx: EntityManager, enrolment: Enrolment, at: Date): Promise<void> =>
  closeCase(tx, 'ENROLMENT_STUCK', about(enrolment), at)
