/** Declares the expected refusals of enrolling, paying and refunding. */
import { Field, Int, ObjectType } from 'type-graphql'
import { Money } from '../graph/contract/money.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { UserError } from '../graph/contract/user-error.ts'
import { PartnerAccount } from '../learners/learner.ts'
import { PaymentMethod, PaymentStatus } from '../payments/payment.ts'
import { DeferralRefusal } from './deferral-refusal.rules.ts'
import { Enrolment } from './enrolment.ts'
import { Terms } from './terms.ts'

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The learner needs an account at the partner first.',
})
export class PartnerAccountRequired extends UserError {
  declare readonly __typename: 'PartnerAccountRequired'

  @Field(() => PartnerAccount, { nullable: true, description: 'The account to be linked, with its invitation.' })
  partnerAccount!: PartnerAccount | null
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'Outside the enrolment window.' })
export class EnrolmentClosed extends UserError {
  declare readonly __typename: 'EnrolmentClosed'

  @Field(() => DateTime, { description: 'When it opens or opened.' })
  opensAt!: Date

  @Field(() => DateTime, { description: 'When it closes or closed.' })
  closesAt!: Date
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The learner has a place on this run already.',
})
export class AlreadyEnrolled extends UserError {
  declare readonly __typename: 'AlreadyEnrolled'

  @Field(() => Enrolment, { description: 'That place.' })
  enrolment!: Enrolment
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'No place is left.' })
export class RunFull extends UserError {
  declare readonly __typename: 'RunFull'
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The price is another than the one that was shown. Nothing was reserved.',
})
export class PriceChanged extends UserError {
  declare readonly __typename: 'PriceChanged'

  @Field(() => Money, { description: 'What it costs now.' })
  price!: Money
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'This price cannot be paid by this method.' })
export class PaymentMethodNotOffered extends UserError {
  declare readonly __typename: 'PaymentMethodNotOffered'

  @Field(() => [PaymentMethod], { description: 'By which it can.' })
  offered!: PaymentMethod[]
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'It is too late to ask for a refund.' })
export class RefundWindowClosed extends UserError {
  declare readonly __typename: 'RefundWindowClosed'

  @Field(() => DateTime, { description: 'The last instant at which one could ask.' })
  closedAt!: Date
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'The payment is not completed.' })
export class PaymentNotCompleted extends UserError {
  declare readonly __typename: 'PaymentNotCompleted'

  @Field(() => PaymentStatus, { description: 'Where it stands.' })
  status!: PaymentStatus
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Paid with a card that is not taken; it goes back.',
})
export class UnsupportedCardBrand extends UserError {
  declare readonly __typename: 'UnsupportedCardBrand'

  @Field(() => String, { description: 'The brand.' })
  brand!: string
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'More was asked for than can go back.' })
export class RefundAmountExceeded extends UserError {
  declare readonly __typename: 'RefundAmountExceeded'

  @Field(() => Money, { description: 'The most that can.' })
  maximum!: Money
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The terms are others than those that were shown. Nothing was reserved.',
})
export class TermsChanged extends UserError {
  declare readonly __typename: 'TermsChanged'

  @Field(() => Terms, { description: 'Those that hold now.' })
  terms!: Terms
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: "The run's money is another than what was shown. Nothing was done.",
})
export class RunMoneyChanged extends UserError {
  declare readonly __typename: 'RunMoneyChanged'

  @Field(() => Int, { description: 'How many enrolments it is about now.' })
  enrolments!: number

  @Field(() => [Money], { description: 'How much now, one for each currency.' })
  sums!: Money[]
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Money could still be asked back: ask for it, or say that it is not wanted.',
})
export class MoneyForgone extends UserError {
  declare readonly __typename: 'MoneyForgone'

  @Field(() => Money, { description: 'How much.' })
  amount!: Money
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'The place cannot be moved.' })
export class DeferralRefused extends UserError {
  declare readonly __typename: 'DeferralRefused'

  @Field(() => DeferralRefusal, { description: 'Why.' })
  reason!: DeferralRefusal
}
