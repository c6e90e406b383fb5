/** Shows in the graph how a course conforms to the Common Microcredential Framework. */
import { Field, ObjectType } from 'type-graphql'
import { publishEnum } from '../graph/contract/enum.ts'
import type { CreditScheme, LevelFramework } from '../values/credit.ts'
import type { CmfFacts } from './cmf.rules.ts'
import { ConformanceStatus } from './course.ts'

export const CmfCriterionCode = {
  WORKLOAD: 'WORKLOAD',
  LEVEL: 'LEVEL',
  SUMMATIVE_ASSESSMENT: 'SUMMATIVE_ASSESSMENT',
  IDENTITY_VERIFICATION: 'IDENTITY_VERIFICATION',
  TRANSCRIPT: 'TRANSCRIPT',
  ACADEMIC_CREDIT: 'ACADEMIC_CREDIT',
} as const
export type CmfCriterionCode = (typeof CmfCriterionCode)[keyof typeof CmfCriterionCode]
publishEnum(CmfCriterionCode, 'CmfCriterionCode', "The framework's criteria.", {
  WORKLOAD: '100 to 150 hours of study, assessment included.',
  LEVEL: 'EQF level 6 or 7, or 4 or 5 with academic credit.',
  SUMMATIVE_ASSESSMENT: 'A formal summative assessment.',
  IDENTITY_VERIFICATION: 'Identity is verified at the point of assessment.',
  TRANSCRIPT: 'A transcript states outcomes, hours, level and credit.',
  ACADEMIC_CREDIT: 'Academic credit in the usual range.',
})

@ObjectType({ simpleResolvers: true, description: 'One criterion of the framework, and how the course meets it.' })
export class CmfCriterion {
  @Field(() => CmfCriterionCode, { description: 'Which criterion.' })
  code!: CmfCriterionCode

  @Field(() => ConformanceStatus, { description: 'Whether it is met.' })
  status!: ConformanceStatus

  @Field(() => String, { description: 'What the framework asks for.' })
  requirement!: string

  @Field(() => String, { description: 'What is known of the course.' })
  evidence!: string
}

@ObjectType({
  simpleResolvers: true,
  description: 'Conformance to the Common Microcredential Framework, criterion by criterion.',
})
export class CmfConformance {
  @Field(() => String, { description: 'Version of the framework that was checked.' })
  version!: string

  @Field(() => ConformanceStatus, {
    description: 'Any criterion not met: NOT_MET; else any unknown: UNKNOWN; else MET.',
  })
  status!: ConformanceStatus

  @Field(() => [CmfCriterion], { description: 'Every criterion, always all of them.' })
  criteria!: CmfCriterion[]

  @Field(() => [String], { description: 'What looks odd without deciding anything, e.g. hours that do not add up.' })
  warnings!: string[]
}

/** What the check reads of a course's row. */
export interface CmfRow {
  totalStudyHours: number | null
  weeks: number | null
  hoursPerWeek: string | null
  creditAmount: string | null
  creditScheme: CreditScheme | null
  creditLevel: number | null
  creditFramework: LevelFramework | null
  assessment: { formal: boolean | null; identityVerification: boolean | null } | null
  transcript: boolean | null
}

/** The facts of a course's row, as the rules read them. */
export function cmfFacts(course: CmfRow): CmfFacts {
  const { creditAmount, creditScheme, creditLevel, creditFramework } = course
  const whole = creditAmount !== null && creditScheme !== null && creditLevel !== null && creditFramework !== null
  return {
    totalStudyHours: course.totalStudyHours,
    weeks: course.weeks,
    hoursPerWeek: course.hoursPerWeek,
    credit: whole
      ? { amount: creditAmount, scheme: creditScheme, level: creditLevel, framework: creditFramework }
      : null,
    formalAssessment: course.assessment?.formal ?? null,
    identityVerification: course.assessment?.identityVerification ?? null,
    transcript: course.transcript,
  }
}
