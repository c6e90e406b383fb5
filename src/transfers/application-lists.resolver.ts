/** The lists of applications: a learner's own, and an institution's queue. */
import { Arg, Args, Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { uuidOf } from '../graph/node.ts'
import { type Page, PageArgs } from '../graph/page.ts'
import { DateTime } from '../graph/scalars.ts'
import { InstitutionMember } from '../institutions/member.ts'
import { Learner } from '../learners/learner.ts'
import type { Condition } from '../store/list.ts'
import { applicationsOfLearner, applicationsToInstitution } from './application-loaders.ts'
import {
  type TransferApplication,
  TransferApplicationConnection,
  TransferApplicationStatus,
} from './transfer-application.ts'

interface Row {
  id: string
}
interface OfInstitution {
  institutionId: string
}

@Resolver(() => Learner)
export class LearnerApplicationsResolver {
  @FieldResolver(() => TransferApplicationConnection, { description: 'Their applications, newest first.' })
  transferApplications(
    @Root() learner: Row,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<TransferApplication>> {
    return applicationsOfLearner(context, learner.id, args)
  }
}

@Resolver(() => InstitutionMember)
export class MemberApplicationsResolver {
  @FieldResolver(() => TransferApplicationConnection, {
    description: 'Applications to their institution, oldest first.',
  })
  transferApplications(
    @Root() member: OfInstitution,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('status', () => [TransferApplicationStatus], { nullable: true, description: 'Any of these.' })
    status: TransferApplicationStatus[] | null,
    @Arg('qualificationId', () => ID, { nullable: true, description: 'Into this qualification.' })
    qualificationId: string | null,
    @Arg('updatedSince', () => DateTime, { nullable: true, description: 'Changed at this instant or later.' })
    updatedSince: Date | null,
    @Ctx() context: Context,
  ): Promise<Page<TransferApplication>> {
    const conditions: Condition[] = []
    if (status) conditions.push({ sql: 'a.status = any(?::text[])', value: status })
    if (qualificationId != null) {
      const uuid = uuidOf('Qualification', qualificationId)
      conditions.push(uuid ? { sql: 'a.qualification_id = ?::uuid', value: uuid } : { sql: 'false', value: undefined })
    }
    if (updatedSince) conditions.push({ sql: 'a.updated_at >= ?::timestamptz', value: updatedSince })
    return applicationsToInstitution(context, member.institutionId, args, conditions)
  }
}
