/** Answers operators' fields and the mutation about refunds of whole runs. */
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
import { CourseRun } from '../courses/course-run.ts'
import { runById } from '../courses/loaders.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Money, MoneyInput } from '../graph/contract/money.ts'
import { ForwardArgs, type Page } from '../graph/contract/page.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotFound,
  UserError,
} from '../graph/contract/user-error.ts'
import { Operator } from '../institutions/operator.ts'
import { refundById } from '../payments/loaders.ts'
import { Refund } from '../payments/refund.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { LONGEST_KEY_CHARACTERS, LONGEST_REASON_CHARACTERS, MOST_STATUSES } from '../values/lengths.ts'
import { beginRefundRun } from './begin-refund-run.ts'
import { Enrolment } from './enrolment.ts'
import { RunMoneyChanged } from './enrolment-errors.ts'
import { type Sum, sumsOf } from './held-money.ts'
import { enrolmentById } from './loaders.ts'
import { countedItems, refundRunById, refundRunItems, refundRunList } from './refund-run.loaders.ts'
import {
  RefundRun,
  RefundRunConnection,
  RefundRunItem,
  RefundRunItemConnection,
  RefundRunItemStatus,
} from './refund-run.ts'

/** More currencies than a run is sold in. */
const MOST_SUMS_UNITS = 20

@InputType({ description: 'What the operator was shown before sending it all back.' })
class ExpectedRunMoney {
  @Field(() => Int, { description: 'How many enrolments.' })
  enrolments!: number

  @Field(() => [MoneyInput], { description: 'How much, one for each currency.' })
  @AtMost({ items: MOST_SUMS_UNITS })
  sums!: MoneyInput[]
}

@InputType({ description: "Which run's money to send back." })
class RefundRunInput {
  @Field(() => ID, { description: 'The run; it has to be cancelled, unless `evenIfNotCancelled`.' })
  courseRunId!: string

  @Field(() => String, { description: 'Why, in 1 to 500 characters; on every refund.' })
  @AtMost({ characters: LONGEST_REASON_CHARACTERS, inUserErrors: true })
  reason!: string

  @Field(() => ExpectedRunMoney, {
    description:
      'What the operator was shown: the number of enrolments and the sums. Refused with RunMoneyChanged when they are others now.',
  })
  expected!: ExpectedRunMoney

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'A run that takes place is refunded only when this is said.',
  })
  evenIfNotCancelled!: boolean

  @Field(() => String, { description: 'Any text of 1 to 200 characters, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}

@ObjectType({ simpleResolvers: true, description: "The whole run's money, going back." })
class RefundRunPayload {
  @Field(() => RefundRun, { nullable: true, description: 'What is under way.' })
  refundRun!: RefundRun | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

interface RunRow {
  id: string
  runId: string
}

async function countOf(context: Context, id: string, status: RefundRunItemStatus): Promise<number> {
  const counted = await countedItems(context, id)
  return counted.reduce((sum, one) => (one.status === status ? sum + one.count : sum), 0)
}

@Resolver(() => RefundRun)
export class RefundRunResolver {
  @FieldResolver(() => CourseRun, { description: 'The run.' })
  run(@Root() { runId }: RunRow, @Ctx() context: Context): Promise<CourseRun | null> {
    return runById(context, runId)
  }

  @FieldResolver(() => Int, { description: 'How many have their money back.' })
  done(@Root() { id }: RunRow, @Ctx() context: Context): Promise<number> {
    return countOf(context, id, 'DONE')
  }

  @FieldResolver(() => Int, { description: 'How many are on their way.' })
  underWay(@Root() { id }: RunRow, @Ctx() context: Context): Promise<number> {
    return countOf(context, id, 'UNDER_WAY')
  }

  @FieldResolver(() => Int, { description: 'How many wait for a person; each has a case.' })
  failed(@Root() { id }: RunRow, @Ctx() context: Context): Promise<number> {
    return countOf(context, id, 'FAILED')
  }

  @FieldResolver(() => Int, { description: 'How many are left out, e.g. because the result is known.' })
  skipped(@Root() { id }: RunRow, @Ctx() context: Context): Promise<number> {
    return countOf(context, id, 'SKIPPED')
  }

  @FieldResolver(() => [Money], { description: 'How much is back, one for each currency.' })
  async refunded(@Root() { id }: RunRow, @Ctx() context: Context): Promise<Sum[]> {
    const done = (await countedItems(context, id)).filter(({ status }) => status === 'DONE')
    return sumsOf(done.map(({ amountMinor, currency }) => ({ amountMinor, currency: currency ?? '' })))
  }

  @FieldResolver(() => RefundRunItemConnection, {
    description: 'Each enrolment, in the order in which it is taken up.',
  })
  items(
    @Root() { id }: RunRow,
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Arg('status', () => [RefundRunItemStatus], { nullable: true, description: 'Only those that stand so.' })
    @AtMost({ items: MOST_STATUSES })
    status: RefundRunItemStatus[] | null,
    @Ctx() context: Context,
  ): Promise<Page<unknown>> {
    const conditions: Condition[] = status == null ? [] : [{ sql: 's.status = any(?::text[])', values: [status] }]
    return refundRunItems(context, id, args, conditions)
  }
}

interface ItemRow {
  enrolmentId: string
  refundId: string | null
  status: RefundRunItemStatus
  reason: string | null
}

@Resolver(() => RefundRunItem)
export class RefundRunItemResolver {
  @FieldResolver(() => Enrolment, { description: 'The enrolment.' })
  enrolment(@Root() { enrolmentId }: ItemRow, @Ctx() context: Context): Promise<Enrolment | null> {
    return enrolmentById(context, enrolmentId)
  }

  @FieldResolver(() => Refund, {
    nullable: true,
    description: 'The refund; null when it was left out, or not begun.',
  })
  refund(@Root() { refundId }: ItemRow, @Ctx() context: Context): Promise<Refund | null> | null {
    return refundId === null ? null : refundById(context, refundId)
  }

  @FieldResolver(() => RefundRunItemStatus, { description: 'Where it stands.' })
  status(@Root() { status }: ItemRow): RefundRunItemStatus {
    return status
  }

  @FieldResolver(() => String, { nullable: true, description: 'Why it was left out or failed; null otherwise.' })
  reason(@Root() { reason }: ItemRow): string | null {
    return reason
  }
}

@Resolver(() => Operator)
export class OperatorRefundRunsResolver {
  @FieldResolver(() => RefundRunConnection, { description: 'The refund of whole runs, the newest first.' })
  refundRuns(@Args(() => ForwardArgs) args: ForwardArgs, @Ctx() context: Context): Promise<Page<unknown>> {
    requireOperator(context.viewer)
    return readPage(context, refundRunList, args)
  }

  @Mutation(() => RefundRunPayload, {
    nullable: true,
    description: 'Operators: send back the money of everybody on a cancelled run, as it was shown in `moneyHeld`.',
  })
  @Refuses<typeof beginRefundRun>({ IdempotencyConflict, IllegalTransition, InvalidInput, NotFound, RunMoneyChanged })
  async refundRun(
    @Arg('input', () => RefundRunInput, { description: 'The run and what was shown of it.' }) input: RefundRunInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { refundRunId, refusals } = await beginRefundRun(context, input)
    return { refundRun: refundRunId && (await refundRunById(context, refundRunId)), userErrors: refusals }
  }
}
