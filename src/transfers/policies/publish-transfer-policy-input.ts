/** Declares the input of a new policy version, as clients write it. */

import { Field, ID, InputType, Int } from 'type-graphql'
import { AtMost } from '../../graph/contract/at-most.ts'
import { CalendarDate, Decimal } from '../../graph/contract/scalars.ts'
import {
  LONGEST_KEY_CHARACTERS,
  LONGEST_NAME_CHARACTERS,
  LONGEST_SENTENCE_CHARACTERS,
  LONGEST_SLUG_CHARACTERS,
} from '../../values/lengths.ts'
import { AgreementMode, OverAgeTreatment, TransferRule } from '../engine/check.rules.ts'
import { MOST_CLAUSES, MOST_FHEQ_LEVELS, MOST_POLICY_NAMES } from '../transfer-bounds.ts'

@InputType({ description: 'CATS points, FHEQ levels.' })
export class LevelRequirementInput {
  @Field(() => Int, { description: 'FHEQ level, 3 to 8.' })
  level!: number

  @Field(() => Decimal, { description: 'CATS points at that level.' })
  credit!: string
}

@InputType({ description: 'A course whose credit is not taken.' })
export class ExclusionInput {
  @Field(() => String, { description: "The course's slug." })
  @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
  course!: string

  @Field(() => String, { description: "The institution's reason." })
  @AtMost({ characters: LONGEST_SENTENCE_CHARACTERS })
  reason!: string
}

@InputType({ description: "The institution's own words for a rule, quoted in every finding." })
export class PolicyClauseInput {
  @Field(() => TransferRule, { description: 'The rule.' })
  rule!: TransferRule

  @Field(() => String, { description: 'The clause.' })
  @AtMost({ characters: LONGEST_SENTENCE_CHARACTERS })
  text!: string
}

@InputType({ description: 'What a qualification accepts, from a day on. All amounts are CATS points.' })
export class PublishTransferPolicyInput {
  @Field(() => ID, { description: "One of the caller's institution." })
  qualificationId!: string

  @Field(() => CalendarDate, { description: 'First day in force.' })
  effectiveFrom!: string

  @Field(() => CalendarDate, {
    nullable: true,
    description: 'Last day in force; open until a later version when none is given.',
  })
  effectiveTo?: string | null

  @Field(() => AgreementMode, { description: 'Automatic, or agreed case by case.' })
  agreement!: AgreementMode

  @Field(() => Decimal, { description: 'Most that can be transferred in all.' })
  maxCredit!: string

  @Field(() => [LevelRequirementInput], {
    defaultValue: [],
    description: 'Most at a level, where it differs from the requirement.',
  })
  @AtMost({ items: MOST_FHEQ_LEVELS })
  levelCaps!: LevelRequirementInput[]

  @Field(() => Decimal, { defaultValue: '1', description: 'Credit is taken in multiples of this.' })
  granularity!: string

  @Field(() => [Int], { description: 'FHEQ levels that are accepted.' })
  @AtMost({ items: MOST_FHEQ_LEVELS })
  acceptedLevels!: number[]

  @Field(() => Boolean, { defaultValue: false, description: 'Whether credit may count at a lower level than its own.' })
  higherLevelCountsLower!: boolean

  @Field(() => Decimal, { nullable: true, description: 'Lowest grade, 0 to 100.' })
  minimumGrade?: string | null

  @Field(() => Int, { nullable: true, description: 'Credit older than this many years is too old.' })
  maximumAgeYears?: number | null

  @Field(() => OverAgeTreatment, { defaultValue: 'FAIL', description: 'What becomes of credit that is too old.' })
  overAge!: OverAgeTreatment

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the course must conform to the Common Microcredential Framework.',
  })
  requiresCmf!: boolean

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether identity must have been verified at the assessment.',
  })
  requiresIdentityVerification!: boolean

  @Field(() => [String], { defaultValue: [], description: 'Slugs of awarding bodies; empty means all.' })
  @AtMost({ items: MOST_POLICY_NAMES, characters: LONGEST_NAME_CHARACTERS })
  recognisedAwardingBodies!: string[]

  @Field(() => [String], { defaultValue: [], description: 'Subjects; empty means all.' })
  @AtMost({ items: MOST_POLICY_NAMES, characters: LONGEST_NAME_CHARACTERS })
  subjects!: string[]

  @Field(() => Decimal, { defaultValue: '0', description: 'Most that may come from other subjects.' })
  freeChoiceMax!: string

  @Field(() => [String], { defaultValue: [], description: 'Slugs of courses; empty means all.' })
  @AtMost({ items: MOST_POLICY_NAMES, characters: LONGEST_SLUG_CHARACTERS })
  allowedCourses!: string[]

  @Field(() => [ExclusionInput], { defaultValue: [], description: 'Courses that are not taken.' })
  @AtMost({ items: MOST_POLICY_NAMES })
  exclusions!: ExclusionInput[]

  @Field(() => [PolicyClauseInput], { defaultValue: [], description: "The institution's own words." })
  @AtMost({ items: MOST_CLAUSES })
  clauses!: PolicyClauseInput[]

  @Field(() => String, { nullable: true, description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey?: string | null
}
