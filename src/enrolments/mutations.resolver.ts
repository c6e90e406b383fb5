/** Answers the mutations of enrolling, paying, cancelling and refunding. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { SafeInt, Url } from '../graph/contract/scalars.ts'
import {
  Forbidden,
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  ProviderRefused,
  ProviderUnavailable,
  RateLimited,
  UserError,
} from '../graph/contract/user-error.ts'
import { paymentById, refundById } from '../payments/loaders.ts'
import { Acknowledgement } from '../payments/papers/acknowledgement.ts'
import { acknowledgementById } from '../payments/papers/loaders.ts'
import { Payment, PaymentMethod } from '../payments/payment.ts'
import { Refund } from '../payments/refund.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'
import { cancelEnrolment } from './cancel-enrolment.ts'
import { completePayment } from './complete-payment.ts'
import { enrol } from './enrol.ts'
import { EnrolInput } from './enrol-input.ts'
import { Enrolment } from './enrolment.ts'
import {
  AlreadyEnrolled,
  EnrolmentClosed,
  MoneyForgone,
  PartnerAccountRequired,
  PaymentMethodNotOffered,
  PaymentNotCompleted,
  PriceChanged,
  RefundAmountExceeded,
  RefundWindowClosed,
  RunFull,
  TermsChanged,
  UnsupportedCardBrand,
} from './enrolment-errors.ts'
import { enrolmentAnew } from './loaders.ts'
import type { PaymentResult } from './pay.ts'
import { requestRefund } from './request-refund.ts'
import { retryPayment } from './retry-payment.ts'
import { withdrawEnrolment } from './withdraw-enrolment.ts'

@InputType({ description: 'Which payment the buyer comes back from.' })
class CompletePaymentInput {
  @Field(() => ID, { description: 'The payment.' })
  paymentId!: string
}

@InputType({ description: 'Which enrolment to pay for, and how.' })
class RetryPaymentInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string

  @Field(() => PaymentMethod, { description: 'Card or PayPal; it may differ from before.' })
  paymentMethod!: PaymentMethod

  @Field(() => Url, { description: 'Where the buyer comes back to; http or https.' })
  returnUrl!: string

  @Field(() => String, { description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@InputType({ description: 'Which enrolment to cancel.' })
class CancelEnrolmentInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string
}

@InputType({ description: 'What to pay back.' })
class RequestRefundInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string

  @Field(() => String, { nullable: true, description: 'Why; required of operators.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason?: string | null

  @Field(() => SafeInt, { nullable: true, description: 'Operators only: part of the amount.' })
  amountMinor?: number | null

  @Field(() => ID, { nullable: true, description: 'Which payment, when there are several; the last that took money.' })
  paymentId?: string | null

  @Field(() => Boolean, { defaultValue: false, description: 'Operators only: the registration outlives the refund.' })
  keepRegistration!: boolean

  @Field(() => String, { description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Enrolment and payment can both be set beside ProviderUnavailable: the place is kept, and the same key tries again.',
})
class EnrolPayload {
  @Field(() => Enrolment, { nullable: true, description: 'The enrolment, as it stands.' })
  enrolment!: Enrolment | null

  @Field(() => Payment, { nullable: true, description: 'The payment, with where to pay.' })
  payment!: Payment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'How payment and enrolment stand now.' })
class CompletePaymentPayload extends EnrolPayload {}

@ObjectType({ simpleResolvers: true, description: 'The enrolment with its new payment.' })
class RetryPaymentPayload extends EnrolPayload {}

@ObjectType({ simpleResolvers: true, description: 'The enrolment, cancelled.' })
class CancelEnrolmentPayload {
  @Field(() => Enrolment, { nullable: true, description: 'The enrolment, as it stands.' })
  enrolment!: Enrolment | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@InputType({ description: 'Which place to give up.' })
class WithdrawEnrolmentInput {
  @Field(() => ID, { description: 'The enrolment.' })
  enrolmentId!: string

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Has to be true while money could still be asked back: the learner says that it is not wanted.',
  })
  forgoMoney!: boolean

  @Field(() => String, { nullable: true, description: 'Why; required of operators.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason?: string | null

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: 'The enrolment, given up.' })
class WithdrawEnrolmentPayload extends CancelEnrolmentPayload {
  @Field(() => Acknowledgement, {
    nullable: true,
    description: 'What the learner declared, confirmed; null when it was not done, or an operator did it.',
  })
  acknowledgement!: Acknowledgement | null
}

@ObjectType({ simpleResolvers: true, description: 'The refund on its way.' })
class RequestRefundPayload extends CancelEnrolmentPayload {
  @Field(() => Refund, { nullable: true, description: 'The refund, as it stands.' })
  refund!: Refund | null

  @Field(() => Acknowledgement, {
    nullable: true,
    description:
      'What the learner asked, confirmed: to be shown and kept. Null when it was not done, or an operator did it.',
  })
  acknowledgement!: Acknowledgement | null
}

/** What a repeat or a refusal answers too: the rows as they stand now, read after the write. */
async function payload(context: Context, { enrolmentId, paymentId, refusals }: PaymentResult): Promise<object> {
  const [enrolment, payment] = await Promise.all([
    enrolmentId && enrolmentAnew(context, enrolmentId),
    paymentId && paymentById(context, paymentId),
  ])
  return { enrolment: enrolment || null, payment: payment || null, userErrors: refusals }
}

@Resolver()
export class EnrolmentMutationsResolver {
  @Mutation(() => EnrolPayload, {
    nullable: true,
    description:
      'Reserves a place, opens a payment and returns where to pay. Repeating it with the same idempotencyKey returns the same enrolment. RateLimited while the learner holds three places that are not paid.',
  })
  @Refuses<typeof enrol>({
    AlreadyEnrolled,
    EnrolmentClosed,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PartnerAccountRequired,
    PaymentMethodNotOffered,
    PaymentNotCompleted,
    PriceChanged,
    TermsChanged,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    RunFull,
  })
  async enrol(
    @Arg('input', () => EnrolInput, { description: 'The run and how to pay.' }) input: EnrolInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await enrol(context, input))
  }

  @Mutation(() => CompletePaymentPayload, {
    nullable: true,
    description: "Called when the buyer is back from the provider's page. Idempotent; the webhook does the same.",
  })
  @Refuses<typeof completePayment>({ NotFound, PaymentNotCompleted, ProviderUnavailable, UnsupportedCardBrand })
  async completePayment(
    @Arg('input', () => CompletePaymentInput, { description: 'The payment.' }) input: CompletePaymentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await completePayment(context, input.paymentId))
  }

  @Mutation(() => RetryPaymentPayload, {
    nullable: true,
    description:
      'A new payment for an enrolment in PENDING_PAYMENT whose last payment failed, expired or was cancelled, by the same or the other method. The place is held for as long again, twice at most; then RateLimited.',
  })
  @Refuses<typeof retryPayment>({
    IdempotencyConflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PaymentMethodNotOffered,
    PaymentNotCompleted,
    ProviderUnavailable,
    RateLimited,
  })
  async retryPayment(
    @Arg('input', () => RetryPaymentInput, { description: 'The enrolment and how to pay.' }) input: RetryPaymentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await retryPayment(context, input))
  }

  @Mutation(() => CancelEnrolmentPayload, { nullable: true, description: 'Before anything is paid.' })
  @Refuses<typeof cancelEnrolment>({ IllegalTransition, NotFound, PaymentNotCompleted })
  async cancelEnrolment(
    @Arg('input', () => CancelEnrolmentInput, { description: 'The enrolment.' }) input: CancelEnrolmentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, { ...(await cancelEnrolment(context, input.enrolmentId)), paymentId: null })
  }

  @Mutation(() => WithdrawEnrolmentPayload, {
    nullable: true,
    description:
      'Gives the place up at once, without money back: a learner theirs, an operator with a reason. Inside the deadline the money can still be asked back afterwards.',
  })
  @Refuses<typeof withdrawEnrolment>({ IdempotencyConflict, IllegalTransition, InvalidInput, MoneyForgone, NotFound })
  async withdrawEnrolment(
    @Arg('input', () => WithdrawEnrolmentInput, { description: 'Which.' }) input: WithdrawEnrolmentInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const result = await withdrawEnrolment(context, input)
    const { acknowledgementId: id } = result
    const acknowledgement = id === null ? null : await acknowledgementById(context, id)
    return { ...(await payload(context, { ...result, paymentId: null })), acknowledgement }
  }

  @Mutation(() => RequestRefundPayload, {
    nullable: true,
    description:
      'Asks for money back: a learner for the whole inside the window, an operator at any time with a reason.',
  })
  @Refuses<typeof requestRefund>({
    Forbidden,
    IdempotencyConflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    RefundAmountExceeded,
    RefundWindowClosed,
  })
  async requestRefund(
    @Arg('input', () => RequestRefundInput, { description: 'What to pay back.' }) input: RequestRefundInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const result = await requestRefund(context, input)
    const { refundId, acknowledgementId: id } = result
    const refund = refundId ? await refundById(context, refundId) : null
    const acknowledgement = id === null ? null : await acknowledgementById(context, id)
    return { ...(await payload(context, { ...result, paymentId: null })), refund, acknowledgement }
  }
}
