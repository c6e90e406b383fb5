/** Answers the graph's fields about credit records, also on learners and enrolments. */
import { Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { isOwnerOrOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { Course } from '../courses/course.ts'
import { courseById } from '../courses/loaders.ts'
import { Enrolment } from '../enrolments/enrolment.ts'
import { Credit } from '../graph/contract/credit.ts'
import { type Page, PageArgs } from '../graph/contract/page.ts'
import { Decimal, Jwt } from '../graph/contract/scalars.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import type { Loaded } from '../reading/loader.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { amountIn, eqfLevel, isLevel } from '../values/credit.ts'
import { credentialOf } from './credentials/credential.ts'
import { CreditRecord, CreditRecordConnection, creditOf } from './credit-record.ts'
import { creditRecordOf, creditRecordsOf } from './loaders.ts'

@ObjectType({
  simpleResolvers: true,
  description: 'The four things the framework asks a transcript to state, and who and when.',
})
class Transcript {
  @Field(() => [String], { description: 'What the holder can do.' })
  learningOutcomes!: string[]

  @Field(() => Int, { nullable: true, description: 'Hours of study in all.' })
  totalStudyHours!: number | null

  @Field(() => Int, { nullable: true, description: 'EQF level.' })
  eqfLevel!: number | null

  @Field(() => Credit, { description: 'Credit, in the scheme in which it was awarded.' })
  credit!: Credit

  @Field(() => Decimal, { description: 'The same in ECTS, exactly.' })
  ects!: string
}

interface Row {
  id: string
}
interface EnrolmentRow extends Row {
  /** When the list has looked ahead. */
  creditRecord?: CreditRecord | null
}
type RecordRow = CreditRecord
const historyOf = defineHistory('CreditRecord')

@Resolver(() => CreditRecord)
export class CreditRecordResolver {
  @FieldResolver(() => Learner, {
    nullable: true,
    description: 'Null unless the caller is that learner or an operator; others get holderName.',
  })
  async learner(@Root() record: RecordRow, @Ctx() context: Context): Promise<Learner | null> {
    return isOwnerOrOperator(context.viewer, record.learnerId) ? learnerById(context, record.learnerId) : null
  }

  @FieldResolver(() => Course, { description: 'The course that was passed.' })
  course(@Root() record: RecordRow, @Ctx() context: Context): Promise<Course | null> {
    return courseById(context, record.courseId)
  }

  @FieldResolver(() => Credit, { description: 'What was awarded.' })
  credit(@Root() record: RecordRow): Credit {
    return creditOf(record)
  }

  @FieldResolver(() => Transcript, { description: 'What the transcript states, as of the day of the award.' })
  transcript(@Root() record: RecordRow): Transcript {
    const { learningOutcomes, totalStudyHours } = record.facts
    const credit = creditOf(record)
    const { amount, scheme, level, framework } = credit
    const eqf = isLevel(level, framework) ? eqfLevel(level, framework) : null
    return { learningOutcomes, totalStudyHours, eqfLevel: eqf, credit, ects: amountIn(amount, scheme, 'ECTS') }
  }

  @FieldResolver(() => Jwt, {
    nullable: true,
    description:
      'Open Badges 3.0 / W3C Verifiable Credential, signed; verifiable with the keys at /.well-known/jwks.json. Null while suspended or revoked.',
  })
  async credential(@Root() record: RecordRow, @Ctx() context: Context): Promise<string | null> {
    return record.status === 'AWARDED'
      ? context.signer.sign(credentialOf(record, context.settings.publicUrl), 'vc+jwt')
      : null
  }

  @FieldResolver(() => [HistoryEntry], { description: 'What happened to it, oldest first.' })
  history(@Root() record: RecordRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOf(context, record.id)
  }
}

@Resolver(() => Learner)
export class LearnerCreditResolver {
  @FieldResolver(() => CreditRecordConnection, { description: 'Their credit records, newest first.' })
  creditRecords(
    @Root() learner: Row,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<CreditRecord>> {
    return creditRecordsOf(context, learner.id, args)
  }
}

@Resolver(() => Enrolment)
export class EnrolmentCreditResolver {
  @FieldResolver(() => CreditRecord, { nullable: true, description: 'The credit that it earned.' })
  creditRecord(@Root() enrolment: EnrolmentRow, @Ctx() context: Context): Loaded<CreditRecord | null> {
    return enrolment.creditRecord === undefined ? creditRecordOf(context, enrolment.id) : enrolment.creditRecord
  }
}
