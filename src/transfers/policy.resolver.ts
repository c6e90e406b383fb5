/** The mutation by which an institution publishes a policy. */
import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { Context } from '../context.ts'
import { CalendarDate, Decimal } from '../graph/scalars.ts'
import { UserError } from '../graph/user-error.ts'
import { AgreementMode, OverAgeTreatment, TransferRule } from './check.rules.ts'
import { policyById } from './loaders.ts'
import { publishPolicy } from './publish-policy.ts'
import { TransferPolicy } from './transfer-policy.ts'

@InputType({ description: 'CATS points at an FHEQ level.' })
class LevelRequirementInput {
  @Field(() => Int, { description: 'FHEQ level, 3 to 8.' })
  level!: number

  @Field(() => Decimal, { description: 'CATS points.' })
  credit!: string
}

@InputType({ description: 'A course whose credit is not taken.' })
class ExclusionInput {
  @Field(() => String, { description: "The course's slug." })
  course!: string

  @Field(() => String, { description: 'Why.' })
  reason!: string
}

@InputType({ description: "The institution's own words for a rule." })
class PolicyClauseInput {
  @Field(() => TransferRule, { description: 'The rule.' })
  rule!: TransferRule

  @Field(() => String, { description: 'The clause.' })
  text!: string
}

@InputType({ description: 'A policy to be published; see TransferPolicy for what each field means.' })
export class PublishTransferPolicyInput {
  @Field(() => ID, { description: 'For which qualification.' })
  qualificationId!: string

  @Field(() => CalendarDate, { description: 'First day in force.' })
  effectiveFrom!: string

  @Field(() => CalendarDate, { nullable: true, description: 'Last day in force; open when none is given.' })
  effectiveTo?: string | null

  @Field(() => AgreementMode, { description: 'Automatic, or agreed case by case.' })
  agreement!: AgreementMode

  @Field(() => Decimal, { description: 'Most in all, CATS points.' })
  maxCredit!: string

  @Field(() => [LevelRequirementInput], { defaultValue: [], description: 'Most at a level, where it differs.' })
  levelCaps!: LevelRequirementInput[]

  @Field(() => Decimal, { defaultValue: '1', description: 'Taken in multiples of this.' })
  granularity!: string

  @Field(() => [Int], { description: 'FHEQ levels that are accepted.' })
  acceptedLevels!: number[]

  @Field(() => Boolean, { defaultValue: false, description: 'Whether credit may count at a lower level.' })
  higherLevelCountsLower!: boolean

  @Field(() => Decimal, { nullable: true, description: 'Lowest grade, 0 to 100.' })
  minimumGrade?: string | null

  @Field(() => Int, { nullable: true, description: 'Greatest age in years.' })
  maximumAgeYears?: number | null

  @Field(() => OverAgeTreatment, { defaultValue: 'FAIL', description: 'What becomes of credit that is too old.' })
  overAge!: OverAgeTreatment

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the course must conform to the framework.' })
  requiresCmf!: boolean

  @Field(() => Boolean, { defaultValue: false, description: 'Whether identity must have been verified.' })
  requiresIdentityVerification!: boolean

  @Field(() => [String], { defaultValue: [], description: 'Slugs of awarding bodies; empty means all.' })
  recognisedAwardingBodies!: string[]

  @Field(() => [String], { defaultValue: [], description: 'Subjects; empty means all.' })
  subjects!: string[]

  @Field(() => Decimal, { defaultValue: '0', description: 'Most from other subjects, CATS points.' })
  freeChoiceMax!: string

  @Field(() => [String], { defaultValue: [], description: 'Slugs of courses; empty means all.' })
  allowedCourses!: string[]

  @Field(() => [ExclusionInput], { defaultValue: [], description: 'Courses that are not taken.' })
  exclusions!: ExclusionInput[]

  @Field(() => [PolicyClauseInput], { defaultValue: [], description: "The institution's own words." })
  clauses!: PolicyClauseInput[]

  @Field(() => String, { nullable: true, description: 'Any text of 1 to 200 characters, new for each new request.' })
  idempotencyKey?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The policy that was published.' })
class PublishTransferPolicyPayload {
  @Field(() => TransferPolicy, { nullable: true, description: 'The new version.' })
  policy!: TransferPolicy | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Another version is in force on some of these days.',
})
export class PolicyOverlap extends UserError {
  @Field(() => TransferPolicy, { description: 'That version.' })
  policy!: TransferPolicy
}

@Resolver()
export class PolicyResolver {
  @Mutation(() => PublishTransferPolicyPayload, {
    nullable: true,
    description: "Publishes a version of a qualification's policy; its own institution's staff and machines only.",
  })
  async publishTransferPolicy(
    @Arg('input', () => PublishTransferPolicyInput, { description: 'The policy.' }) input: PublishTransferPolicyInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { effectiveTo = null, minimumGrade = null, maximumAgeYears = null } = input
    const { policyId, refusals } = await publishPolicy(context, {
      ...input,
      effectiveTo,
      minimumGrade,
      maximumAgeYears,
    })
    return { policy: policyId && (await policyById(context, policyId)), userErrors: refusals }
  }
}
