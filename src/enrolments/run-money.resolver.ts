/** Answers what money of a run is here, to operators. */
import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { isOperator } from '../auth/permissions.ts'
import type { Context } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { Money } from '../graph/contract/money.ts'
import { defineLoader } from '../reading/loader.ts'
import { statement } from '../reading/statement.ts'
import { type HeldRow, heldMoney, heldOnRuns, totalOf } from './held-money.ts'

@ObjectType({ simpleResolvers: true, description: 'The money of a run that can go back.' })
export class RunMoney {
  @Field(() => Int, { description: 'How many enrolments.' })
  enrolments!: number

  @Field(() => [Money], { description: 'How much, one for each currency.' })
  sums!: Money[]

  @Field(() => Int, { description: 'How many with money here are left out, e.g. because the result is known.' })
  skipped!: number
}

const held = statement<HeldRow>('money-held-on-runs', heldOnRuns('$1'))

const moneyOf = defineLoader<string, RunMoney, Pick<Context, 'read' | 'loads' | 'now'>>(
  async ({ read, now }, runIds) => {
    const rows = (await read.rows(held, [runIds])).map((row) => heldMoney(row, now()))
    const byRun = Map.groupBy(rows, ({ runId }) => runId)
    return runIds.map((id) => totalOf(byRun.get(id) ?? []) as RunMoney)
  },
)

@Resolver(() => CourseRun)
export class RunMoneyResolver {
  @FieldResolver(() => RunMoney, {
    nullable: true,
    description: 'Operators: what `refundRun` would send back now; null for everybody else.',
  })
  moneyHeld(@Root() { id }: { id: string }, @Ctx() context: Context): Promise<RunMoney> | null {
    return isOperator(context.viewer) ? moneyOf(context, id) : null
  }
}
