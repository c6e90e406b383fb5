/** Answers operators' sums of money by day, and exports them. */
import { Arg, Ctx, Field, FieldResolver, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import { requireOperator } from '../../auth/permissions.ts'
import type { Context } from '../../context.ts'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Refuses } from '../../graph/contract/refuses.ts'
import { CalendarDate, CurrencyCode, DateTime, TimeZone, Url } from '../../graph/contract/scalars.ts'
import { InvalidInput, UserError } from '../../graph/contract/user-error.ts'
import { Operator } from '../../institutions/operator.ts'
import { ExportKind } from './export-lines.ts'
import { exportMoney } from './export-money.ts'
import { MoneyDay, moneyByDay } from './money-day.ts'

publishEnum(ExportKind, 'ExportKind', 'A table of money.', {
  PAYMENTS: 'One line for each payment that was taken.',
  REFUNDS: 'One line for each refund.',
  DISPUTES: 'One line for each dispute.',
  RECEIPTS: 'One line for each receipt and credit note, with tax.',
  DAYS: 'As `moneyByDay`.',
})

@InputType({ description: 'What to export.' })
class ExportMoneyInput {
  @Field(() => ExportKind, { description: 'Which table.' })
  kind!: ExportKind

  @Field(() => CalendarDate, { description: 'First day.' })
  from!: string

  @Field(() => CalendarDate, { description: 'Last day, inclusive; at most 366 days in all.' })
  to!: string

  @Field(() => TimeZone, { defaultValue: 'Europe/London', description: 'The zone in which days are counted.' })
  timeZone!: string
}

@ObjectType({ simpleResolvers: true, description: 'A file to fetch. Who exported what is kept.' })
class ExportMoneyPayload {
  @Field(() => Url, {
    nullable: true,
    description: 'Comma-separated values, UTF-8, RFC 4180; the link lasts 10 minutes.',
  })
  url!: string | null

  @Field(() => DateTime, { nullable: true, description: 'Until when.' })
  expiresAt!: Date | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

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

  @Mutation(() => ExportMoneyPayload, { nullable: true, description: 'Operators: a table of money as a file.' })
  @Refuses<typeof exportMoney>({ InvalidInput })
  async exportMoney(
    @Arg('input', () => ExportMoneyInput, { description: 'Which.' }) input: ExportMoneyInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { refusals: userErrors, ...file } = await exportMoney(context, input)
    return { ...file, userErrors }
  }
}
