/** Answers operators' fields about enrolments that may need a person. */
import { Arg, Args, Ctx, FieldResolver, Resolver } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { Operator } from '../institutions/operator.ts'
import { readPage } from '../reading/list.ts'
import { LONGEST_SEARCH_CHARACTERS, MOST_STATUSES } from '../values/lengths.ts'
import { EnrolmentConnection, EnrolmentStatus } from './enrolment.ts'
import { allEnrolments, statusIs, stuckEnrolments } from './loaders.ts'

@Resolver(() => Operator)
export class OperatorEnrolmentsResolver {
  @FieldResolver(() => EnrolmentConnection, { description: 'What waits for an operator, oldest first.' })
  stuckEnrolments(@Args(() => ForwardArgs) args: ForwardArgs, @Ctx() context: Context): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    return readPage(context, stuckEnrolments, args, statusIs(['STUCK']))
  }

  @FieldResolver(() => EnrolmentConnection, { description: 'All enrolments, newest first.' })
  enrolments(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [EnrolmentStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: EnrolmentStatus[] | null,
    @Arg('search', () => String, { nullable: true, description: "Part of the learner's name or e-mail address." })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    const conditions = statusIs(status)
    if (search?.trim()) {
      const value = `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`
      conditions.push({ sql: `concat_ws(' ', l.display_name, l.email) ilike ?`, values: [value] })
    }
    return readPage(context, allEnrolments, args, conditions)
  }
}
