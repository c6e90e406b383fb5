/** What the graph answers about transfer applications and the uses of credit. */
import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { CreditRecord } from '../credit/credit-record.ts'
import { creditRecordById } from '../credit/loaders.ts'
import { qualificationById } from '../institutions/loaders.ts'
import { Qualification } from '../institutions/qualification.ts'
import { Learner } from '../learners/learner.ts'
import { learnerById } from '../learners/loaders.ts'
import { defineHistory, HistoryEntry } from '../store/history.ts'
import { usesOfApplication, usesOfRecord, visibleApplication } from './application-loaders.ts'
import type { Frozen } from './apply-for-transfer.ts'
import { TransferEligibility } from './eligibility.ts'
import { CreditUse, TransferApplication } from './transfer-application.ts'

@ObjectType({ simpleResolvers: true, description: 'Who applies, as the institution sees them.' })
class Applicant {
  @Field(() => String, { description: 'Name to show.' })
  displayName!: string

  @Field(() => String, { nullable: true, description: 'Where to write.' })
  email!: string | null
}

interface ApplicationRow {
  id: string
  learnerId: string
  qualificationId: string
  frozen: Record<string, unknown>
}
const historyOf = defineHistory('TransferApplication')

@Resolver(() => TransferApplication)
export class TransferApplicationResolver {
  @FieldResolver(() => Learner, {
    nullable: true,
    description: 'Null unless the caller is that learner or an operator.',
  })
  async learner(@Root() application: ApplicationRow, @Ctx() context: Context): Promise<Learner | null> {
    const { learner, operator } = context.viewer
    const may = operator !== null || learner?.id === application.learnerId
    return may ? learnerById(context, application.learnerId) : null
  }

  @FieldResolver(() => Applicant, { description: 'Who applies.' })
  async applicant(@Root() application: ApplicationRow, @Ctx() context: Context): Promise<Applicant> {
    const { displayName, email } = (await learnerById(context, application.learnerId)) as Learner
    return { displayName, email }
  }

  @FieldResolver(() => Qualification, { description: 'Into which qualification.' })
  qualification(@Root() application: ApplicationRow, @Ctx() context: Context): Promise<Qualification | null> {
    return qualificationById(context, application.qualificationId)
  }

  @FieldResolver(() => TransferEligibility, {
    description: 'The answer as it stood when the application was made: it never changes afterwards.',
  })
  eligibility(@Root() application: ApplicationRow): Frozen {
    return application.frozen as unknown as Frozen
  }

  @FieldResolver(() => [CreditRecord], { description: 'The records that it is about.' })
  async creditRecords(@Root() application: ApplicationRow, @Ctx() context: Context): Promise<(CreditRecord | null)[]> {
    const uses = await usesOfApplication(context, application.id)
    return Promise.all(uses.map(({ creditRecordId }) => creditRecordById(context, creditRecordId)))
  }

  @FieldResolver(() => [HistoryEntry], { description: 'What happened to it, oldest first.' })
  history(@Root() application: ApplicationRow, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOf(context, application.id)
  }
}

interface Row {
  id: string
}
interface OfApplication {
  applicationId: string
}

@Resolver(() => CreditRecord)
export class CreditUsesResolver {
  @FieldResolver(() => [CreditUse], { description: 'Awards this credit is already counted towards, or reserved for.' })
  uses(@Root() record: Row, @Ctx() context: Context): Promise<object[]> {
    return usesOfRecord(context, record.id)
  }
}

@Resolver(() => CreditUse)
export class CreditUseResolver {
  @FieldResolver(() => TransferApplication, { nullable: true, description: 'By which application.' })
  application(@Root() use: OfApplication, @Ctx() context: Context): Promise<TransferApplication | null> {
    return visibleApplication(context, use.applicationId)
  }

  @FieldResolver(() => Qualification, { nullable: true, description: 'Towards which qualification.' })
  async qualification(@Root() use: OfApplication, @Ctx() context: Context): Promise<Qualification | null> {
    const application = await visibleApplication(context, use.applicationId)
    return application && qualificationById(context, application.qualificationId)
  }
}
