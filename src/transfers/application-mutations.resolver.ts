/** The mutations of applying, withdrawing and deciding. */
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver, registerEnumType } from 'type-graphql'
import type { Context } from '../context.ts'
import { Decimal } from '../graph/scalars.ts'
import { UserError } from '../graph/user-error.ts'
import { applicationById } from './application-loaders.ts'
import { applyForTransfer } from './apply-for-transfer.ts'
import { type Decided, decideApplication, withdrawApplication } from './decide-application.ts'
import { TransferEligibility } from './eligibility.ts'
import { TransferApplication } from './transfer-application.ts'

const TransferDecision = { AGREE: 'AGREE', AGREE_IN_PART: 'AGREE_IN_PART', DECLINE: 'DECLINE' } as const
type TransferDecision = (typeof TransferDecision)[keyof typeof TransferDecision]
registerEnumType(TransferDecision, { name: 'TransferDecision', description: "The institution's answer." })

@InputType({ description: 'Which credit, into which qualification.' })
class ApplyForTransferInput {
  @Field(() => ID, { description: 'The qualification.' })
  qualificationId!: string

  @Field(() => [ID], { description: "The learner's own credit records." })
  creditRecordIds!: string[]

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  idempotencyKey!: string
}

@InputType({ description: 'Which application to take back.' })
class WithdrawTransferApplicationInput {
  @Field(() => ID, { description: 'The application.' })
  applicationId!: string
}

@InputType({ description: "The institution's answer." })
class DecideTransferApplicationInput {
  @Field(() => ID, { description: 'The application.' })
  applicationId!: string

  @Field(() => TransferDecision, { description: 'Agree, agree in part, or decline.' })
  decision!: TransferDecision

  @Field(() => Decimal, { nullable: true, description: 'How much, CATS points; needed when agreeing in part.' })
  agreedCredit?: string | null

  @Field(() => [String], { defaultValue: [], description: 'For the learner; needed when declining.' })
  reasons!: string[]

  @Field(() => String, { nullable: true, description: 'Any text of 1 to 200 characters, new for each new request.' })
  idempotencyKey?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The application that was made.' })
class ApplyForTransferPayload {
  @Field(() => TransferApplication, { nullable: true, description: 'The application, as it stands.' })
  application!: TransferApplication | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({ simpleResolvers: true, description: 'The application that was taken back.' })
class WithdrawTransferApplicationPayload extends ApplyForTransferPayload {}

@ObjectType({ simpleResolvers: true, description: 'The application that was answered.' })
class DecideTransferApplicationPayload extends ApplyForTransferPayload {}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The credit is reserved for, or counted by, another application.',
})
export class CreditAlreadyUsed extends UserError {
  @Field(() => [ID], { description: 'Which records.' })
  creditRecordIds!: string[]
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'Nothing of the credit would count.' })
export class NotEligible extends UserError {
  @Field(() => TransferEligibility, { description: 'The answer, with its reasons.' })
  eligibility!: TransferEligibility
}

async function payload(context: Context, { applicationId, refusals }: Decided): Promise<object> {
  return { application: applicationId && (await applicationById(context, applicationId)), userErrors: refusals }
}

@Resolver()
export class ApplicationMutationsResolver {
  @Mutation(() => ApplyForTransferPayload, {
    nullable: true,
    description: 'Asks the institution to take the credit, which is reserved until it answers.',
  })
  async applyForTransfer(
    @Arg('input', () => ApplyForTransferInput, { description: 'Which credit, and where.' })
    input: ApplyForTransferInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await applyForTransfer(context, input))
  }

  @Mutation(() => WithdrawTransferApplicationPayload, {
    nullable: true,
    description: 'Takes an open application back; its credit is free again.',
  })
  async withdrawTransferApplication(
    @Arg('input', () => WithdrawTransferApplicationInput, { description: 'Which one.' })
    input: WithdrawTransferApplicationInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await withdrawApplication(context, input.applicationId))
  }

  @Mutation(() => DecideTransferApplicationPayload, {
    nullable: true,
    description: "The receiving institution's answer.",
  })
  async decideTransferApplication(
    @Arg('input', () => DecideTransferApplicationInput, { description: 'The answer.' })
    input: DecideTransferApplicationInput,
    @Ctx() context: Context,
  ): Promise<object> {
    return payload(context, await decideApplication(context, input))
  }
}
