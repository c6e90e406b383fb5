/** Describes what an operator does about a case, and what it is done to. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Case } from '../cases/case.ts'
import type { CaseAction } from '../cases/case-action.ts'
import type { Context } from '../context.ts'
import type { Enrolment } from '../enrolments/enrolment.ts'
import type { operatorsRefundRefusal } from '../enrolments/refund-request.rules.ts'
import type { outsideRefusal } from '../payments/outside-refusal.rules.ts'
import type { Payment } from '../payments/payment.ts'
import type { Refund } from '../payments/refund.ts'

/** What the operator says; what is missing was not said. */
export interface Order {
  action: CaseAction
  reason: string
  amountMinor: number | null
  keepRegistration: boolean
  method: string | null
  reference: string | null
  settledOn: string | null
}

/** What the case is about, locked in the order of the house: payments, enrolment, then the case. */
export interface Ground {
  enrolment: Enrolment | null
  /** All of the enrolment's. */
  payments: readonly Payment[]
  /** The one concerned: of an enrolment what paid for it, else the last that took money. */
  payment: Payment | null
  /** The one that it is about. */
  refund: Refund | null
}

export interface Doing {
  context: Context
  tx: EntityManager
  case: Case
  ground: Ground
  order: Order
  /** Viewer key of the operator. */
  actor: string
  at: Date
}

export type DeedRefusal = NonNullable<ReturnType<typeof operatorsRefundRefusal | typeof outsideRefusal>>

/** One for each action. */
export interface Deed {
  /** Why not, where the table of actions lets it; writes nothing. */
  refusal?(doing: Doing): Promise<DeedRefusal | null>
  /** Answers the refund, when it makes one. */
  perform(doing: Doing): Promise<Refund | null>
  /** Whether the case is closed by it, whatever becomes of what it is about; else it closes when that is over. */
  closes(about: Case): boolean
}
