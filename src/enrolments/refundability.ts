/** Shows in the graph whether a refund can be asked for. */
import { Field, ObjectType } from 'type-graphql'
import type { CompleteRun } from '../courses/loaders.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { Money } from '../graph/contract/money.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { balanceFrom } from '../payments/balance.ts'
import type { Dispute } from '../payments/dispute.ts'
import type { PaymentRow } from '../payments/loaders.ts'
import type { Refund } from '../payments/refund.ts'
import { RefundRefusal, refundability } from '../payments/refund-window.rules.ts'

publishEnum(RefundRefusal, 'RefundRefusal', 'Why no refund can be asked for.', {
  WINDOW_CLOSED: 'More than 14 days have passed since the start.',
  NOT_PAID: 'Nothing has been paid yet.',
  ALREADY_REFUNDED: 'All of it is back.',
  REFUND_IN_PROGRESS: 'A refund is on its way.',
  DISPUTED: 'The bank or PayPal decides about the money.',
})

@ObjectType({ simpleResolvers: true, description: 'Shown before anyone asks for the refund.' })
export class Refundability {
  @Field(() => Boolean, { description: 'Whether the learner can have the money back now.' })
  refundable!: boolean

  @Field(() => DateTime, { description: 'The last instant at which a learner can ask.' })
  deadline!: Date

  @Field(() => Money, { description: 'What of the money is neither back nor on its way back.' })
  maximum!: Money

  @Field(() => RefundRefusal, { nullable: true, description: 'Why not; null when refundable.' })
  reasonCode!: RefundRefusal | null

  @Field(() => String, { nullable: true, description: 'The same in one sentence; null when refundable.' })
  reason!: string | null
}

/** The answer at `now`, from what was paid; `payment` is null when nothing was ever to be paid. */
export function refundabilityOf(
  run: CompleteRun,
  { payment, refunds, disputes }: { payment: PaymentRow | null; refunds: Refund[]; disputes: Dispute[] },
  now: Date,
): Refundability {
  const { startsAt, timeZone } = run
  const balance = payment && balanceFrom(payment, refunds, disputes)
  const { maximumMinor, ...answer } = refundability({
    paymentStatus: payment?.status ?? null,
    balance,
    startsAt,
    timeZone,
    now,
  })
  const currency = payment?.capturedCurrency ?? payment?.currency ?? run.currency
  return { ...answer, maximum: { amountMinor: maximumMinor, currency } as Money }
}
