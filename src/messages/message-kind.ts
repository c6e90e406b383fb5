/** Lists what learners are told by mail. */
export const MessageKind = {
  PAYMENT_RECEIVED: 'PAYMENT_RECEIVED',
  REFUND_SUCCEEDED: 'REFUND_SUCCEEDED',
  REFUND_FAILED: 'REFUND_FAILED',
  REFUND_SETTLED_OUTSIDE: 'REFUND_SETTLED_OUTSIDE',
} as const
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind]

/** What a text of each kind speaks of. */
export interface MessageParams {
  PAYMENT_RECEIVED: MoneyFacts
  REFUND_SUCCEEDED: MoneyFacts
  REFUND_FAILED: MoneyFacts
  REFUND_SETTLED_OUTSIDE: MoneyFacts
}

interface MoneyFacts {
  name: string
  course: string
  run: string
  /** With its currency, e.g. GBP 495.00. */
  amount: string
  /** What to name when asking about it. */
  reference: string
}

export interface MessageText {
  subject: string
  text: string
}

/** A language's texts; what stands in braces is filled in. */
export type MessageTexts = Readonly<Record<MessageKind, MessageText>>
