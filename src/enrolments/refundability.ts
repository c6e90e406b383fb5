/** Shows in the graph whether a refund can be asked for. */
import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import type { CompleteRun } from '../courses/loaders.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Money } from '../graph/contract/money.ts'
import { inReadersZone, ReadersZone, readersZone } from '../graph/contract/readers-zone.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { balanceFrom } from '../payments/balance.ts'
import type { Dispute } from '../payments/dispute.ts'
import type { PaymentRow } from '../payments/loaders.ts'
import type { Refund } from '../payments/refund.ts'
import {
  RefundBasis,
  RefundRefusal,
  type RefundWindow,
  refundability,
  refusalInWords,
} from '../payments/refund-window.rules.ts'
import { isMoved, type Moved } from './enrolment.states.ts'
import { enrolmentWindow, type Standing } from './enrolment-window.rules.ts'

publishEnum(RefundRefusal, 'RefundRefusal', 'Why no refund can be asked for.', {
  WINDOW_CLOSED: 'The last instant at which one could ask has passed.',
  DEFERRED: 'The place was moved to another run, or is being moved: the money goes with it.',
  NOT_PAID: 'Nothing has been paid yet.',
  ALREADY_REFUNDED: 'All of it is back.',
  REFUND_IN_PROGRESS: 'A refund is on its way.',
  DISPUTED: 'The bank or PayPal decides about the money.',
})

@ObjectType({ simpleResolvers: true, description: 'Shown before anyone asks for the refund.' })
export class Refundability {
  @Field(() => Boolean, { description: 'Whether the learner can have the money back now.' })
  refundable!: boolean

  deadline!: Date | null

  @Field(() => RefundBasis, {
    nullable: true,
    description: 'On which ground the money can be, or was, asked back; null when there is none.',
  })
  basis!: RefundBasis | null

  @Field(() => Money, { description: 'What of the money is neither back nor on its way back.' })
  maximum!: Money

  @Field(() => RefundRefusal, { nullable: true, description: 'Why not; null when refundable.' })
  reasonCode!: RefundRefusal | null

  window!: RefundWindow

  bounced!: boolean

  /** In which the reason is said unless its reader asks for another. */
  timeZone!: string
}

@Resolver(() => Refundability)
export class RefundabilityResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description:
      'The last instant at which a learner can ask; null when there is no limit, or nothing was ever to be paid.',
  })
  deadline(@Root() { deadline }: Refundability, @ReadersZone() timeZone: string | null): Date | string | null {
    return inReadersZone(deadline, timeZone)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "The same in one sentence; null when refundable. It names its zone: the reader's, else the learner's own when it is known, else the run's.",
  })
  reason(@Root() refundability: Refundability, @ReadersZone() timeZone: string | null): string | null {
    const { reasonCode } = refundability
    const zone = readersZone(timeZone) ?? refundability.timeZone
    return reasonCode === null ? null : refusalInWords(reasonCode, { ...refundability, timeZone: zone })
  }
}

publishEnum(RefundBasis, 'RefundBasis', 'Why the money can be asked back.', {
  CONTRACT_FROM_START: '14 days from the start, as the terms promise.',
  STATUTORY_FROM_PURCHASE: '14 days after the day of the contract, as consumer law has it.',
  RUN_CANCELLED: 'The partner called the run off; no deadline.',
  REGISTRATION_ENDED: 'The registration was ended and the learner did not ask for it; no deadline.',
  ASKED_IN_TIME: 'It was asked for in time, or was ours to send, and has not arrived; no deadline.',
})

/** The answer at `now`, from what was paid; `payment` is null when nothing was ever to be paid. */
export function refundabilityOf(
  enrolment: Standing & Moved,
  run: CompleteRun,
  { payment, refunds, disputes }: { payment: PaymentRow | null; refunds: Refund[]; disputes: Dispute[] },
  now: Date,
  ownZone: string | null = null,
): Refundability {
  const balance = payment && balanceFrom(payment, refunds, disputes)
  const window = enrolmentWindow(enrolment, run, now, refunds)
  const bounced = enrolment.stuckReason === 'REFUND_BOUNCED'
  const timeZone = ownZone ?? run.timeZone
  const { refundable, deadline, basis, reasonCode, maximumMinor } = refundability({
    paymentStatus: payment?.status ?? null,
    balance,
    window,
    bounced,
    moved: isMoved(enrolment),
    timeZone,
    now,
  })
  const currency = payment?.capturedCurrency ?? payment?.currency ?? run.currency
  return {
    refundable,
    deadline: payment && deadline,
    basis: payment && basis,
    maximum: { amountMinor: maximumMinor, currency } as Money,
    reasonCode,
    window,
    bounced,
    timeZone,
  }
}
