/** Answers operators' sums of money by day. */
import { Arg, Ctx, FieldResolver, Resolver } from 'type-graphql'
import { requireOperator } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { CalendarDate, CurrencyCode, TimeZone } from '../../graph/contract/scalars.ts'
import { Operator } from '../../institutions/operator.ts'
import { MoneyDay, moneyByDay } from './money-day.ts'

@Resolver(() => Operator)
export class OperatorPapersResolver {
  @FieldResolver(() => [MoneyDay], { description: 'Money by day, method and currency; at most 366 days.' })
  moneyByDay(
    @Arg('from', () => CalendarDate, { description: 'First day.' }) from: string,
    @Arg('to', () => CalendarDate, { description: 'Last day, inclusive.' }) to: string,
    @Arg('timeZone', () => TimeZone, {
      defaultValue: 'Europe/London',
      description: 'The zone in which days are counted.',
    })
    timeZone: string,
    @Arg('currency', () => CurrencyCode, { nullable: true, description: 'Only this currency.' })
    currency: string | null,
    @Ctx() context: Context,
  ): Promise<MoneyDay[]> {
    requireOperator(context.viewer)
    return moneyByDay(context, { from, to, timeZone }, currency ?? null)
  }
}
