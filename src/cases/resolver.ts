/** Answers the graph's fields about cases, and takes them in hand. */
import {
  Arg,
  Args,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql'
import { requireOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { badUserInput } from '../graph/contract/errors.ts'
import { Money } from '../graph/contract/money.ts'
import { Node } from '../graph/contract/node.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { DateTime, TimeZone } from '../graph/contract/scalars.ts'
import { IllegalTransition, InvalidInput, NotFound, UserError } from '../graph/contract/user-error.ts'
import { Operator } from '../institutions/operator.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { inZone, isTimeZone } from '../values/dates.ts'
import {
  charactersOf,
  LONGEST_SEARCH_CHARACTERS,
  LONGEST_SENTENCE_CHARACTERS,
  MOST_STATUSES,
} from '../values/lengths.ts'
import { acknowledgeCase } from './acknowledge-case.ts'
import { Case, CaseConnection, CaseEntry, CaseStatus } from './case.ts'
import { CaseAction } from './case-action.ts'
import { actionsOf } from './case-actions.rules.ts'
import { CaseKind } from './case-kind.ts'
import { type CountOfKind, caseAnew, caseCounts, caseList, entriesOf, found } from './loaders.ts'

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

@InputType({ description: 'Which case to take in hand, or to note something in.' })
class AcknowledgeCaseInput {
  @Field(() => ID, { description: 'The case.' })
  caseId!: string

  @Field(() => String, { nullable: true, description: '1 to 2000 characters.' })
  @AtMost({ characters: LONGEST_SENTENCE_CHARACTERS, inUserErrors: true })
  note!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The case, taken in hand.' })
class AcknowledgeCasePayload {
  @Field(() => Case, { nullable: true, description: 'The case, as it stands.' })
  case!: Case | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver(() => Case)
export class CaseResolver {
  @FieldResolver(() => String, { description: 'Short, to be said on the telephone, e.g. C-1042.' })
  number(@Root() { count }: Case): string {
    return `C-${count}`
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When it has to be done by; null when there is no such instant.',
  })
  dueAt(
    @Root() { dueAt }: Case,
    @Arg('timeZone', () => TimeZone, { nullable: true, description: "The reader's zone." }) timeZone: string | null,
  ): Date | string | null {
    return dueAt !== null && timeZone != null && isTimeZone(timeZone) ? inZone(dueAt, timeZone) : dueAt
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description: 'What it is about; null when nothing here corresponds.',
  })
  async subject(@Root() { subjectType, subjectId }: Case, @Ctx() context: Context): Promise<object | null> {
    const load = context.caseDesk.subjects[subjectType ?? '']
    const row = load && subjectId ? await load(context, subjectId) : null
    return row && { ...row, __typename: subjectType }
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What is at stake; null when it is not money.' })
  amount(@Root() { amountMinor, currency }: Case): Money | null {
    return amountMinor === null || currency === null ? null : ({ amountMinor, currency } as Money)
  }

  @FieldResolver(() => [CaseAction], {
    description: 'What can be done about it now; empty when only closing is left.',
  })
  actions(@Root() row: Case): readonly CaseAction[] {
    return actionsOf(row)
  }

  @FieldResolver(() => [CaseEntry], { description: 'Notes and deeds, oldest first.' })
  log(@Root() { id }: Case, @Ctx() context: Context): Promise<CaseEntry[]> {
    return entriesOf(context, id)
  }

  @Mutation(() => AcknowledgeCasePayload, {
    nullable: true,
    description: 'Operators: takes a case in hand, or notes something in it.',
  })
  @Refuses<typeof acknowledgeCase>({ IllegalTransition, InvalidInput, NotFound })
  async acknowledgeCase(
    @Arg('input', () => AcknowledgeCaseInput, { description: 'Which.' }) input: AcknowledgeCaseInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { caseId, refusals } = await acknowledgeCase(context, input)
    return { case: caseId && (await caseAnew(context, caseId)), userErrors: refusals }
  }
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
