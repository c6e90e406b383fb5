/** Lists what learners are told by mail. */
export const MessageKind = {
  PAYMENT_RECEIVED: 'PAYMENT_RECEIVED',
  REFUND_SUCCEEDED: 'REFUND_SUCCEEDED',
  REFUND_FAILED: 'REFUND_FAILED',
  REFUND_SETTLED_OUTSIDE: 'REFUND_SETTLED_OUTSIDE',
  WITHDRAWAL_WITH_REFUND: 'WITHDRAWAL_WITH_REFUND',
  WITHDRAWAL_WITHOUT_REFUND: 'WITHDRAWAL_WITHOUT_REFUND',
  RUN_CANCELLED: 'RUN_CANCELLED',
  RUN_MOVED: 'RUN_MOVED',
} as const
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind]

/** What a text of each kind speaks of. */
export interface MessageParams {
  PAYMENT_RECEIVED: MoneyFacts
  REFUND_SUCCEEDED: MoneyFacts
  REFUND_FAILED: MoneyFacts
  REFUND_SETTLED_OUTSIDE: MoneyFacts
  WITHDRAWAL_WITH_REFUND: DeclaredFacts & { /** With its currency. */ back: string }
  WITHDRAWAL_WITHOUT_REFUND: DeclaredFacts
  RUN_CANCELLED: RunFacts
  RUN_MOVED: RunFacts & Dates
}

interface DeclaredFacts {
  name: string
  /** By which the contract is found again: the receipt's number, where there is one. */
  contract: string
  course: string
  run: string
  /** What was paid, with its currency. */
  amount: string
  /** To the second, with its zone. */
  received: string
}

interface RunFacts {
  name: string
  course: string
  run: string
  /** What to name when asking about it. */
  reference: string
}

interface MoneyFacts extends RunFacts {
  /** With its currency, e.g. GBP 495.00. */
  amount: string
}

/** In words of the language and in the zone of the run, e.g. 4 January 2027. */
interface Dates {
  from: string
  to: string
}

export interface MessageText {
  subject: string
  text: string
}

/** A language's texts; what stands in braces is filled in. */
export type MessageTexts = Readonly<Record<MessageKind, MessageText>>
