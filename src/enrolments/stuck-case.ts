/** Opens a case while an enrolment is STUCK, and closes it afterwards. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { closeCase, openCase } from '../cases/open-case.ts'
import { balanceOf } from '../payments/balance.ts'
import { Payment } from '../payments/payment.ts'
import type { Enrolment, EnrolmentStatus } from './enrolment.ts'

/** At stake is all that is left of what was paid for it. The enrolment is locked and has just moved. */
export async function followStuck(
  tx: EntityManager,
  enrolment: Enrolment,
  before: EnrolmentStatus,
  at: Date,
): Promise<void> {
  const { id, status, learnerId, runId } = enrolment
  const subject = { type: 'Enrolment', id } as const
  if (before === 'STUCK' && status !== 'STUCK') return closeCase(tx, 'ENROLMENT_STUCK', subject, at)
  if (status !== 'STUCK') return
  await openCase(
    tx,
    {
      kind: 'ENROLMENT_STUCK',
      subject,
      message: 'The money is here, the learner has no place, and the refund failed: somebody has to decide.',
      amount: await leftFor(tx, id),
      learnerId,
      courseRunId: runId,
    },
    at,
  )
}

/** In the currency of the first that has something left; null when nothing is. */
async function leftFor(tx: EntityManager, enrolmentId: string) {
  const parts: { amountMinor: number; currency: string }[] = []
  for (const payment of await tx.find(Payment, { enrolmentId }, { orderBy: { id: 'asc' } })) {
    const { leftMinor } = await balanceOf(tx, payment)
    if (leftMinor > 0) parts.push({ amountMinor: leftMinor, currency: payment.capturedCurrency ?? payment.currency })
  }
  const currency = parts[0]?.currency
  const amountMinor = parts.reduce((sum, part) => (part.currency === currency ? sum + part.amountMinor : sum), 0)
  return currency === undefined ? null : { amountMinor, currency }
}
