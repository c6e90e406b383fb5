/** Declares the transfer question's input and its answer in the graph. */

import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { ConformanceStatus } from '../courses/course.ts'
import { LONGEST_CODE_CHARACTERS } from '../credit/sharing/open-share.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Credit } from '../graph/contract/credit.ts'
import { CalendarDate, Decimal } from '../graph/contract/scalars.ts'
import { CreditScheme, LevelFramework } from '../values/credit.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_NAME_CHARACTERS, LONGEST_SLUG_CHARACTERS } from '../values/lengths.ts'
import {
  ClaimSource,
  ClaimStatus,
  FindingStatus,
  ImprovementKind,
  TransferOutcome,
  TransferRule,
  UnplacedReason,
} from './engine/check.rules.ts'
import { MOST_LISTED_CLAIMS } from './transfer-bounds.ts'
import './words.ts'

@InputType({ description: 'Credit awarded elsewhere, as its holder states it.' })
export class ExternalCreditInput {
  @Field(() => String, { description: "The caller's own name for it, unique in the question." })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS })
  ref!: string

  @Field(() => String, { description: 'What was studied.' })
  @AtMost({ characters: LONGEST_NAME_CHARACTERS })
  title!: string

  @Field(() => String, { description: 'Who awarded it: a slug where the body is known here.' })
  @AtMost({ characters: LONGEST_NAME_CHARACTERS })
  awardingBody!: string

  @Field(() => Decimal, { description: 'How much, at most two decimals.' })
  amount!: string

  @Field(() => CreditScheme, { description: 'Scheme of the amount.' })
  scheme!: CreditScheme

  @Field(() => Int, { description: 'Level, in the framework.' })
  level!: number

  @Field(() => LevelFramework, { description: 'Framework of the level.' })
  framework!: LevelFramework

  @Field(() => CalendarDate, { description: 'When it was awarded.' })
  awardedOn!: string

  @Field(() => Decimal, { nullable: true, description: 'Grade, 0 to 100.' })
  grade?: string | null

  @Field(() => Boolean, { nullable: true, description: 'Whether identity was verified at the assessment.' })
  identityVerified?: boolean | null

  @Field(() => ConformanceStatus, {
    defaultValue: 'UNKNOWN',
    description: 'Conformance to the Common Microcredential Framework.',
  })
  cmf!: ConformanceStatus

  @Field(() => String, { nullable: true, description: 'Subject.' })
  @AtMost({ characters: LONGEST_NAME_CHARACTERS })
  subject?: string | null

  @Field(() => String, { nullable: true, description: 'Slug of the course, when it is in the catalogue.' })
  @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
  course?: string | null
}

@InputType({ description: 'Would this credit count there?' })
export class TransferEligibilityInput {
  @Field(() => ID, { description: 'Into which qualification.' })
  qualificationId!: string

  @Field(() => [ID], { defaultValue: [], description: 'Awarded credit.' })
  @AtMost({ items: MOST_LISTED_CLAIMS })
  creditRecordIds!: string[]

  @Field(() => [ID], { defaultValue: [], description: 'Courses, as if they were passed.' })
  @AtMost({ items: MOST_LISTED_CLAIMS })
  courseIds!: string[]

  @Field(() => [ExternalCreditInput], { defaultValue: [], description: 'Credit awarded elsewhere.' })
  @AtMost({ items: MOST_LISTED_CLAIMS })
  externalCredits!: ExternalCreditInput[]

  @Field(() => String, { nullable: true, description: "Code of a learner's share, for records that are shared." })
  @AtMost({ characters: LONGEST_CODE_CHARACTERS })
  shareCode?: string | null

  @Field(() => String, { nullable: true, description: "The caller's own name for the question; given back." })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS })
  clientRef?: string | null

  @Field(() => CalendarDate, { nullable: true, description: 'Today when none is given.' })
  asOf?: string | null
}

@ObjectType({ simpleResolvers: true, description: 'What one rule makes of one claim.' })
export class Finding {
  @Field(() => TransferRule, { description: 'The rule.' })
  rule!: TransferRule

  @Field(() => FindingStatus, { description: 'What it makes of the claim.' })
  status!: FindingStatus

  @Field(() => String, { nullable: true, description: 'What the policy expects.' })
  expected!: string | null

  @Field(() => String, { nullable: true, description: 'What the claim has.' })
  actual!: string | null

  @Field(() => String, { description: 'In a sentence.' })
  message!: string

  @Field(() => String, { nullable: true, description: "The institution's own words." })
  clause!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'One piece of credit, and what becomes of it.' })
export class TransferClaim {
  @Field(() => ID, { description: 'Id of the record or course, or the ref that was given.' })
  ref!: string

  @Field(() => ClaimSource, { description: 'Where it comes from.' })
  source!: ClaimSource

  @Field(() => String, { description: 'What was studied.' })
  title!: string

  @Field(() => Credit, { description: 'As awarded.' })
  credit!: Credit

  @Field(() => Decimal, { description: 'CATS.' })
  amount!: string

  @Field(() => ClaimStatus, { description: 'Accepted, rejected, or to be looked at.' })
  status!: ClaimStatus

  @Field(() => Int, { nullable: true, description: 'FHEQ level at which it counts.' })
  placedAtLevel!: number | null

  @Field(() => Decimal, { description: 'How much of it counts: all or nothing.' })
  counted!: string

  @Field(() => UnplacedReason, { nullable: true, description: 'Why it does not count although it is accepted.' })
  unplacedReason!: UnplacedReason | null

  @Field(() => [Finding], { description: 'One for each rule, always all of them, in order.' })
  findings!: Finding[]
}

@ObjectType({ simpleResolvers: true, description: 'How much counts at a level.' })
export class LevelPlacement {
  @Field(() => Int, { description: 'FHEQ level.' })
  level!: number

  @Field(() => Decimal, { description: 'What the qualification wants there.' })
  required!: string

  @Field(() => Decimal, { description: 'The most that may be transferred there.' })
  cap!: string

  @Field(() => Decimal, { description: 'What is placed there.' })
  placed!: string
}

@ObjectType({ simpleResolvers: true, description: 'What would make more credit transfer.' })
export class Improvement {
  @Field(() => ImprovementKind, { description: 'What kind of thing.' })
  kind!: ImprovementKind

  @Field(() => String, { description: 'In a sentence.' })
  message!: string

  @Field(() => Decimal, { nullable: true, description: 'How much more credit, CATS points.' })
  credit!: string | null

  @Field(() => Int, { nullable: true, description: 'At which FHEQ level.' })
  level!: number | null

  @Field(() => [ID], { description: 'The claims that it is about.' })
  claimRefs!: string[]

  @Field(() => Decimal, { description: 'What would transfer then.' })
  transferableThen!: string
}

@ObjectType({
  simpleResolvers: true,
  description: 'A dated, explained, reproducible answer. All amounts are CATS points.',
})
export class TransferEligibility {
  @Field(() => String, { nullable: true, description: "The caller's own name for the question." })
  clientRef!: string | null

  @Field(() => TransferOutcome, { description: 'The answer in a word.' })
  outcome!: TransferOutcome

  @Field(() => CalendarDate, { description: 'The day for which it is given.' })
  asOf!: string

  @Field(() => Decimal, { description: 'Credit that counts towards the qualification.' })
  transferable!: string

  @Field(() => Decimal, { description: "The same, were every REVIEW settled in the learner's favour." })
  potential!: string

  @Field(() => Decimal, { description: 'What the qualification wants beyond it.' })
  remaining!: string

  @Field(() => [LevelPlacement], { description: 'Level by level, lowest first.' })
  levels!: LevelPlacement[]

  @Field(() => [Improvement], { description: 'What would make more credit transfer.' })
  improvements!: Improvement[]

  @Field(() => CalendarDate, {
    nullable: true,
    description: 'Day after which this answer can change by itself: credit too old, or policy over.',
  })
  validUntil!: string | null

  @Field(() => String, {
    description: 'SHA-256 over the canonical inputs and policy: equal digests mean equal answers.',
  })
  digest!: string
}
