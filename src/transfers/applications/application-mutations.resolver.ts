/** Answers the mutations of applying for transfer, withdrawing and deciding. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { Context } from '../../context.ts'
import { AtMost } from '../../graph/contract/at-most.ts'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Refuses } from '../../graph/contract/refuses.ts'
import { Decimal } from '../../graph/contract/scalars.ts'
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  TooComplex,
  UserError,
} from '../../graph/contract/user-error.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_SENTENCE_CHARACTERS } from '../../values/lengths.ts'
import { MOST_LISTED_CLAIMS, MOST_REASONS } from '../transfer-bounds.ts'
import { TransferDecision } from './answer.rules.ts'
import { decideApplication, withdrawApplication } from './answer-application.ts'
import { applicationById } from './application.loaders.ts'
import { CreditAlreadyUsed, NotEligible } from './application-errors.ts'
import { type ApplicationResult, applyForTransfer } from './apply-for-transfer.ts'
import { TransferApplication } from './transfer-application.ts'

publishEnum(TransferDecision, 'TransferDecision', 'All of the credit that would count, a part of it, or none.', {
  AGREE: 'To all of the credit that would count.',
  AGREE_IN_PART: 'To a part of it, which is said.',
  DECLINE: 'To none of it.',
})

@InputType({ description: 'Which credit to have counted, and where.' })
class ApplyForTransferInput {
  @Field(() => ID, { description: 'Into which qualification.' })
  qualificationId!: string

  @Field(() => [ID], { description: "The learner's own records." })
  @AtMost({ items: MOST_LISTED_CLAIMS })
  creditRecordIds!: string[]

  @Field(() => String, { description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@InputType({ description: 'Which application to withdraw.' })
class WithdrawTransferApplicationInput {
  @Field(() => ID, { description: 'The application.' })
  applicationId!: string
}

@InputType({ description: "The receiving institution's answer." })
class DecideTransferApplicationInput {
  @Field(() => ID, { description: 'The application.' })
  applicationId!: string

  @Field(() => TransferDecision, { description: 'All, a part, or nothing.' })
  decision!: TransferDecision

  @Field(() => Decimal, { nullable: true, description: 'CATS points; required when only a part is agreed.' })
  agreedCredit?: string | null

  @Field(() => [String], { defaultValue: [], description: 'Shown to the learner.' })
  @AtMost({ items: MOST_REASONS, characters: LONGEST_SENTENCE_CHARACTERS })
  reasons!: string[]

  @Field(() => String, { nullable: true, description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The application, with its credit reserved.' })
class ApplyForTransferPayload {
  @Field(() => TransferApplication, { nullable: true, description: 'The application, as it stands.' })
  application!: TransferApplication | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'The application, withdrawn, and its credit free again.' })
class WithdrawTransferApplicationPayload extends ApplyForTransferPayload {}

@ObjectType({ simpleResolvers: true, description: 'The application, answered.' })
class DecideTransferApplicationPayload extends ApplyForTransferPayload {}

async function payload(context: Context, { applicationId, refusals }: ApplicationResult): Promise<object> {
  return { application: applicationId && (await applicationById(context, applicationId)), userErrors: refusals }
}

@Resolver()
export class ApplicationMutationsResolver {
  @Mutation(() => ApplyForTransferPayload, {
    nullable: true,
    description: 'Asks an institution to take awarded credit; what would count is reserved until it answers.',
  })
  @Refuses<typeof applyForTransfer>({
    CreditAlreadyUsed,
    IdempotencyConflict,
    InvalidInput,
    NotEligible,
    NotFound,
    TooComplex,
  })
  async applyForTransfer(
    @Arg('input', () => ApplyForTransferInput, { description: 'Credit and qualification.' })
    input: ApplyForTransferInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await applyForTransfer(context, input))
  }

  @Mutation(() => WithdrawTransferApplicationPayload, {
    nullable: true,
    description: 'Takes an application back before it is answered; its credit is free again.',
  })
  @Refuses<typeof withdrawApplication>({ IllegalTransition, NotFound })
  async withdrawTransferApplication(
    @Arg('input', () => WithdrawTransferApplicationInput, { description: 'The application.' })
    input: WithdrawTransferApplicationInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await withdrawApplication(context, input.applicationId))
  }

  @Mutation(() => DecideTransferApplicationPayload, {
    nullable: true,
    description: "The receiving institution's answer.",
  })
  @Refuses<typeof decideApplication>({ IdempotencyConflict, IllegalTransition, InvalidInput, NotFound })
  async decideTransferApplication(
    @Arg('input', () => DecideTransferApplicationInput, { description: 'The answer.' })
    input: DecideTransferApplicationInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await decideApplication(context, input))
  }
}
