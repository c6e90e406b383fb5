/** Answers operators' fields about everything that waits for a person. */
import { Arg, Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver } from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import { CaseConnection, CaseStatus } from '../cases/case.ts'
import { CaseKind } from '../cases/case-kind.ts'
import { type CountOfKind, caseCounts, caseList, found } from '../cases/loaders.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { badUserInput } from '../graph/contract/errors.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { Operator } from '../institutions/operator.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { charactersOf, LONGEST_SEARCH_CHARACTERS, MOST_STATUSES } from '../values/lengths.ts'

/** Less finds everything. */
const SHORTEST_SEARCH_CHARACTERS = 2

@ObjectType({ simpleResolvers: true, description: 'How many cases of a kind are not closed.' })
class CaseCount {
  @Field(() => CaseKind, { description: 'The kind.' })
  kind!: CaseKind

  @Field(() => Int, { description: 'How many.' })
  count!: number

  @Field(() => DateTime, { description: 'Since when the oldest has held.' })
  oldestSince!: Date

  @Field(() => DateTime, { nullable: true, description: 'When the first is due; null when none is.' })
  nextDueAt!: Date | null
}

@Resolver(() => Operator)
export class OperatorCasesResolver {
  @FieldResolver(() => CaseConnection, {
    description: 'What waits for a person: due ones first by when, then the oldest first.',
  })
  cases(
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('kind', () => [CaseKind], { nullable: true, description: 'Only of these kinds.' })
    @AtMost({ items: MOST_STATUSES })
    kind: CaseKind[] | null,
    @Arg('status', () => [CaseStatus], {
      nullable: true,
      description: 'Open and acknowledged ones when it is not said.',
    })
    @AtMost({ items: MOST_STATUSES })
    status: CaseStatus[] | null,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Any reference, case number, name or e-mail address.',
    })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    const conditions: Condition[] =
      status == null ? [{ sql: `c.status <> 'CLOSED'` }] : [{ sql: 'c.status = any(?::text[])', values: [status] }]
    if (kind != null) conditions.push({ sql: 'c.kind = any(?::text[])', values: [kind] })
    const wanted = search?.trim() ?? ''
    if (wanted !== '') {
      if (charactersOf(wanted) < SHORTEST_SEARCH_CHARACTERS) {
        throw badUserInput(`Search for at least ${SHORTEST_SEARCH_CHARACTERS} characters.`, 'search')
      }
      conditions.push(found(wanted))
    }
    return readPage(context, caseList, args, conditions)
  }

  @FieldResolver(() => [CaseCount], {
    description: 'How many are open of each kind; kinds without any are left out.',
  })
  caseCounts(@Ctx() context: Context): Promise<CountOfKind[]> {
    requireOperator(context.viewer)
    return caseCounts(context)
  }
}
