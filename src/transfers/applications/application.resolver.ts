/** Answers the graph's fields about applications, also on learners and institutions. */

import { Arg, Args, Ctx, Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql'
import { isOwnerOrOperator } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { CreditRecord } from '../../credit/credit-record.ts'
import { AtMost } from '../../graph/contract/at-most.ts'
import { uuidForList } from '../../graph/contract/no-such.ts'
import { type Page, PageArgs } from '../../graph/contract/page.ts'
import { DateTime } from '../../graph/contract/scalars.ts'
import { qualificationById } from '../../institutions/loaders.ts'
import { InstitutionMember } from '../../institutions/member.ts'
import { Qualification } from '../../institutions/qualification.ts'
import { Learner } from '../../learners/learner.ts'
import { learnerById } from '../../learners/loaders.ts'
import type { Condition } from '../../reading/list.ts'
import { defineHistory, HistoryEntry } from '../../store/history.ts'
import { MOST_STATUSES } from '../../values/lengths.ts'
import { TransferEligibility } from '../eligibility.ts'
import {
  type ApplicationRow,
  applicationsOfInstitution,
  applicationsOfLearner,
  isPartyTo,
  recordsOf,
  type UseRow,
  usesOf,
  visibleApplication,
} from './application.loaders.ts'
import { thaw } from './freeze.ts'
import {
  CreditUse,
  TransferApplication,
  TransferApplicationConnection,
  TransferApplicationStatus,
} from './transfer-application.ts'

@ObjectType({ simpleResolvers: true, description: 'Who applies, as the institution needs to know them.' })
class Applicant {
  @Field(() => String, { description: 'Name to show.' })
  displayName!: string

  @Field(() => String, {
    nullable: true,
    description: 'Where to write to them; null for the institution once the application is withdrawn.',
  })
  email!: string | null
}

type Row = ApplicationRow
const historyOf = defineHistory('TransferApplication')

@Resolver(() => TransferApplication)
export class TransferApplicationResolver {
  @FieldResolver(() => Learner, {
    nullable: true,
    description: 'Null unless the caller is that learner or an operator.',
  })
  async learner(@Root() application: Row, @Ctx() context: Context): Promise<Learner | null> {
    return isOwn(context, application) ? learnerById(context, application.learnerId) : null
  }

  @FieldResolver(() => Applicant, { description: 'Who applies.' })
  async applicant(@Root() application: Row, @Ctx() context: Context): Promise<Applicant> {
    const { displayName, email } = (await learnerById(context, application.learnerId))!
    return { displayName, email: application.status === 'WITHDRAWN' && !isOwn(context, application) ? null : email }
  }

  @FieldResolver(() => Qualification, { description: 'Into which qualification.' })
  qualification(@Root() application: Row, @Ctx() context: Context): Promise<Qualification | null> {
    return qualificationById(context, application.qualificationId)
  }

  @FieldResolver(() => TransferEligibility, {
    description: 'The answer as it stood when the application was made: it never changes afterwards.',
  })
  eligibility(@Root() application: Row): object {
    return thaw(application.frozen)
  }

  @FieldResolver(() => [CreditRecord], { description: 'The records that it names, as they stand now.' })
  creditRecords(@Root() application: Row, @Ctx() context: Context): Promise<(CreditRecord | null)[]> {
    return recordsOf(context, application.id)
  }

  @FieldResolver(() => [HistoryEntry], { description: 'What happened to it, oldest first.' })
  history(@Root() application: Row, @Ctx() context: Context): Promise<HistoryEntry[]> {
    return historyOf(context, application.id)
  }
}

const isOwn = ({ viewer }: Context, { learnerId }: Row) => isOwnerOrOperator(viewer, learnerId)

@Resolver(() => Learner)
export class LearnerApplicationsResolver {
  @FieldResolver(() => TransferApplicationConnection, { description: 'Their applications, newest first.' })
  transferApplications(
    @Root() learner: { id: string },
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<Row>> {
    return applicationsOfLearner(context, learner.id, args)
  }
}

@Resolver(() => InstitutionMember)
export class MemberApplicationsResolver {
  @FieldResolver(() => TransferApplicationConnection, {
    description: 'The applications made to their institution: a queue, oldest first.',
  })
  transferApplications(
    @Root() member: { institutionId: string },
    @Args(() => PageArgs) args: PageArgs,
    @Arg('status', () => [TransferApplicationStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: TransferApplicationStatus[] | null,
    @Arg('qualificationId', () => ID, { nullable: true, description: 'Only those about this qualification.' })
    qualificationId: string | null,
    @Arg('updatedSince', () => DateTime, { nullable: true, description: 'Only those that changed then or later.' })
    updatedSince: Date | null,
    @Ctx() context: Context,
  ): Promise<Page<Row>> {
    const conditions: Condition[] = []
    if (status) conditions.push({ sql: 'a.status = any(?::text[])', values: [status] })
    // An id of nothing finds nothing.
    if (qualificationId != null)
      conditions.push({
        sql: 'a.qualification_id is not distinct from ?::uuid',
        values: [uuidForList('Qualification', qualificationId, ['qualificationId'])],
      })
    if (updatedSince) conditions.push({ sql: 'a.updated_at >= ?::timestamptz', values: [updatedSince] })
    return applicationsOfInstitution(context, member.institutionId, args, conditions)
  }
}

@Resolver(() => CreditRecord)
export class CreditRecordUsesResolver {
  @FieldResolver(() => [CreditUse], { description: 'Awards this credit is already counted towards, or reserved for.' })
  async uses(@Root() record: { id: string }, @Ctx() context: Context): Promise<UseRow[]> {
    return (await usesOf(context, record.id)).filter(({ status }) => status !== null)
  }
}

@Resolver(() => CreditUse)
export class CreditUseResolver {
  @FieldResolver(() => TransferApplication, {
    nullable: true,
    description: 'By which application; null for those who may not know where the credit went.',
  })
  application(@Root() use: UseRow, @Ctx() context: Context): Promise<ApplicationRow | null> {
    return visibleApplication(context, use.applicationId)
  }

  @FieldResolver(() => Qualification, {
    nullable: true,
    description: 'Towards which qualification; null for those who may not know where the credit went.',
  })
  async qualification(@Root() use: UseRow, @Ctx() context: Context): Promise<Qualification | null> {
    return isPartyTo(context, use) ? qualificationById(context, use.qualificationId) : null
  }
}
