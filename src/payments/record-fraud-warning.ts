/** Records that the card's network warned of fraud. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Recording } from './paying.ts'
import type { Payment } from './payment.ts'
import type { ProviderPayment } from './payment-provider.ts'

/** Once: tells what was paid for. `payment` is locked. */
export async function recordFraudWarning(
  tx: EntityManager,
  context: Recording,
  payment: Payment,
  { fraudWarnedAt }: ProviderPayment,
  at: Date,
): Promise<void> {
  if (fraudWarnedAt === null || payment.fraudWarningAt !== null) return
  payment.fraudWarningAt = fraudWarnedAt
  await tx.flush()
  await context.paymentSubject.warnedOfFraud(tx, payment, at)
}
