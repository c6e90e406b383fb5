/** Shows in the graph why a provider holds a payment. */
import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import { isOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { publishEnum } from '../graph/contract/enum.ts'
import { inReadersZone, ReadersZone } from '../graph/contract/readers-zone.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import type { PaymentRow } from './loaders.ts'
import { Payment, PendingReason } from './payment.ts'
import { expectedBy, needsOperator, pendingInWords } from './pending-in-words.rules.ts'

publishEnum(PendingReason, 'PendingReason', 'Why a provider holds a payment.', {
  BANK_TRANSFER: 'A bank transfer that takes days (e-check).',
  PROVIDER_REVIEW: 'The provider checks it.',
  SELLER_MUST_ACCEPT: 'The seller has to accept it at the provider.',
  SELLER_ACCOUNT: "The seller's account lacks something.",
  BUYER_VERIFICATION: 'The buyer has to prove something to the provider.',
  PROCESSING: "The card's network or bank has not answered yet.",
  OTHER: 'The provider does not say.',
})

@ObjectType({ simpleResolvers: true, description: 'Money that the buyer has sent and the provider holds.' })
class PaymentPending {
  @Field(() => PendingReason, { description: 'Why.' })
  reason!: PendingReason

  @Field(() => String, { description: 'One sentence that can be shown to the buyer.' })
  message!: string

  @Field(() => DateTime, { description: 'Since when.' })
  since!: Date

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an operator has to do something at the provider; null unless the caller is an operator.',
  })
  needsOperator!: boolean | null
}

@Resolver(() => PaymentPending)
export class PaymentPendingResolver {
  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When it is usually over by; null when nobody can say.',
  })
  expectedBy(@Root() { reason, since }: PaymentPending, @ReadersZone() timeZone: string | null): Date | string | null {
    return inReadersZone(expectedBy(reason, since), timeZone)
  }
}

@Resolver(() => Payment)
export class PendingPaymentResolver {
  @FieldResolver(() => PaymentPending, {
    nullable: true,
    description: 'Why the provider holds the money; null unless the status is PROCESSING.',
  })
  pending(
    @Root() { status, pendingReason: reason, pendingSince: since }: PaymentRow,
    @Ctx() { viewer }: Context,
  ): PaymentPending | null {
    if (status !== 'PROCESSING' || reason === null || since === null) return null
    const forOperators = isOperator(viewer) ? needsOperator(reason) : null
    return { reason, message: pendingInWords[reason], since, needsOperator: forOperators }
  }
}
