/** Names a dispute's stages, reasons, and what may be refunded meanwhile. */
import { publishEnum } from '../graph/contract/enum.ts'

export const DisputeStage = {
  INQUIRY: 'INQUIRY',
  CHARGEBACK: 'CHARGEBACK',
  PRE_ARBITRATION: 'PRE_ARBITRATION',
  ARBITRATION: 'ARBITRATION',
  APPEAL: 'APPEAL',
} as const
export type DisputeStage = (typeof DisputeStage)[keyof typeof DisputeStage]
publishEnum(DisputeStage, 'DisputeStage', 'How far a dispute has got.', {
  INQUIRY: 'A question; no money is taken yet.',
  CHARGEBACK: 'A claim; the money is held or taken.',
  PRE_ARBITRATION: 'After the answer, before the network decides.',
  ARBITRATION: 'The network decides.',
  APPEAL: 'Decided once, and taken up again.',
})

export const DisputeReason = {
  FRAUDULENT: 'FRAUDULENT',
  UNRECOGNISED: 'UNRECOGNISED',
  NOT_RECEIVED: 'NOT_RECEIVED',
  NOT_AS_DESCRIBED: 'NOT_AS_DESCRIBED',
  DUPLICATE: 'DUPLICATE',
  REFUND_NOT_RECEIVED: 'REFUND_NOT_RECEIVED',
  WRONG_AMOUNT: 'WRONG_AMOUNT',
  CANCELLED: 'CANCELLED',
  OTHER: 'OTHER',
} as const
export type DisputeReason = (typeof DisputeReason)[keyof typeof DisputeReason]
publishEnum(DisputeReason, 'DisputeReason', 'Why a buyer disputes.', {
  FRAUDULENT: 'They say that they did not pay it.',
  UNRECOGNISED: 'They do not recognise it.',
  NOT_RECEIVED: 'Not received.',
  NOT_AS_DESCRIBED: 'Not as described.',
  DUPLICATE: 'Paid twice.',
  REFUND_NOT_RECEIVED: 'A promised refund did not come.',
  WRONG_AMOUNT: 'The amount is wrong.',
  CANCELLED: 'Cancelled before.',
  OTHER: 'Something else.',
})

export const DisputeRefundable = { NOTHING: 'NOTHING', WHOLE_ONLY: 'WHOLE_ONLY', ANY: 'ANY' } as const
export type DisputeRefundable = (typeof DisputeRefundable)[keyof typeof DisputeRefundable]
publishEnum(DisputeRefundable, 'DisputeRefundable', 'What may be refunded while a dispute is open.', {
  NOTHING: 'Nothing: the bank or PayPal decides.',
  WHOLE_ONLY: 'Only the whole of what is left.',
  ANY: 'Any amount.',
})
