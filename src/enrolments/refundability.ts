/** Whether a refund can be asked for, shown before anyone asks. */
import { Field, ObjectType, registerEnumType } from 'type-graphql'
import type { CompleteRun } from '../courses/loaders.ts'
import { Money } from '../graph/money.ts'
import { DateTime, instantText } from '../graph/scalars.ts'
import type { Dispute } from '../payments/dispute.ts'
import type { Payment } from '../payments/payment.ts'
import type { Refund } from '../payments/refund.ts'
import { refundDeadline } from '../values/dates.ts'

export const RefundRefusal = {
  WINDOW_CLOSED: 'WINDOW_CLOSED',
  NOT_PAID: 'NOT_PAID',
  ALREADY_REFUNDED: 'ALREADY_REFUNDED',
  REFUND_IN_PROGRESS: 'REFUND_IN_PROGRESS',
  DISPUTED: 'DISPUTED',
} as const
export type RefundRefusal = (typeof RefundRefusal)[keyof typeof RefundRefusal]
registerEnumType(RefundRefusal, { name: 'RefundRefusal', description: 'Why no refund can be asked for.' })

@ObjectType({ simpleResolvers: true, description: 'Shown before anyone asks for the refund.' })
export class Refundability {
  @Field(() => Boolean, { description: 'Whether the learner can ask now.' })
  refundable!: boolean

  @Field(() => DateTime, { description: 'The last instant at which one can ask.' })
  deadline!: Date

  @Field(() => Money, { description: 'The most that can go back.' })
  maximum!: Money

  @Field(() => RefundRefusal, { nullable: true, description: 'Null when refundable.' })
  reasonCode!: RefundRefusal | null

  @Field(() => String, { nullable: true, description: 'Null when refundable.' })
  reason!: string | null
}

interface Paid {
  payment: Pick<Payment, 'capturedMinor' | 'currency'> | null
  refunds: readonly Refund[]
  disputes: readonly Dispute[]
}

function reasonOf({ payment, refunds, disputes }: Paid, maximum: number, late: boolean): RefundRefusal | null {
  if (!payment) return 'NOT_PAID'
  if (disputes.some((dispute) => ['OPEN', 'UNDER_REVIEW', 'LOST'].includes(dispute.status))) return 'DISPUTED'
  if (refunds.some((refund) => ['REQUESTED', 'SUBMITTED', 'PENDING', 'UNKNOWN'].includes(refund.status))) {
    return 'REFUND_IN_PROGRESS'
  }
  if (maximum === 0) return 'ALREADY_REFUNDED'
  return late ? 'WINDOW_CLOSED' : null
}

/** The answer at `now`. The deadline itself is still inside. */
export function refundability(run: CompleteRun, paid: Paid, now: Date): Refundability {
  const deadline = refundDeadline(run.startsAt, run.timeZone)
  const gone = paid.refunds.filter((refund) => !['FAILED', 'CANCELLED'].includes(refund.status))
  const maximumMinor = (paid.payment?.capturedMinor ?? 0) - gone.reduce((sum, refund) => sum + refund.amountMinor, 0)
  const reasonCode = reasonOf(paid, maximumMinor, now > deadline)
  const sentences: Record<RefundRefusal, string> = {
    WINDOW_CLOSED: `A refund could be asked for until ${instantText(deadline)}.`,
    NOT_PAID: 'Nothing was paid for this enrolment here.',
    ALREADY_REFUNDED: 'Everything that was paid has gone back.',
    REFUND_IN_PROGRESS: 'A refund is under way.',
    DISPUTED: 'The payment is disputed at the bank or PayPal, which decides.',
  }
  return {
    ...{ refundable: reasonCode === null, deadline, reasonCode },
    reason: reasonCode && sentences[reasonCode],
    maximum: { amountMinor: maximumMinor, currency: paid.payment?.currency ?? run.currency } as Money,
  }
}
