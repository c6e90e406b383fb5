/** Says what follows from why a provider holds a payment. */
import type { PendingReason } from './payment.ts'

const DAY_MS = 86_400_000
/** An e-check takes three to six business days. */
const BANK_TAKES_MS = 7 * DAY_MS

/** Whether nothing but a person, at the provider, can end it. */
export const needsOperator = (reason: PendingReason | null): boolean =>
  reason === 'SELLER_MUST_ACCEPT' || reason === 'SELLER_ACCOUNT'

/** When it is usually over by; null when nobody can say. */
export const expectedBy = (reason: PendingReason, since: Date): Date | null =>
  reason === 'BANK_TRANSFER' ? new Date(since.getTime() + BANK_TAKES_MS) : null

/** One sentence for the buyer. */
export const pendingInWords: Readonly<Record<PendingReason, string>> = {
  BANK_TRANSFER: 'Your bank is transferring the money, which takes some days; your place is kept.',
  PROVIDER_REVIEW: 'The payment provider is checking the payment; your place is kept.',
  SELLER_MUST_ACCEPT: 'We still have to accept the payment at the provider; your place is kept.',
  SELLER_ACCOUNT: 'The payment is held up on our side at the provider; your place is kept.',
  BUYER_VERIFICATION: 'The payment provider wants you to confirm something: look at your account there.',
  PROCESSING: 'Your bank has not answered yet; your place is kept.',
  OTHER: 'The payment provider is holding the payment and does not say why; your place is kept.',
}
