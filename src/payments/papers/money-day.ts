/** Sums the money of each day, by method and currency. */
import { Field, Int, ObjectType } from 'type-graphql'
import { badUserInput } from '../../graph/contract/errors.ts'
import { Money } from '../../graph/contract/money.ts'
import { CalendarDate, CurrencyCode } from '../../graph/contract/scalars.ts'
import type { ReadConnection } from '../../reading/connection/read-connection.ts'
import { statement } from '../../reading/statement.ts'
import { addDays, compareDates, isTimeZone } from '../../values/dates.ts'
import { lostThroughSql } from '../balance.ts'
import { PaymentMethod } from '../payment.ts'

/** A year, and a leap day. */
const MOST_DAYS = 366

@ObjectType({ simpleResolvers: true, description: 'The money of one day, by one method, in one currency.' })
export class MoneyDay {
  @Field(() => CalendarDate, { description: 'The day.' })
  date!: string

  @Field(() => PaymentMethod, { description: 'Card or PayPal.' })
  method!: PaymentMethod

  @Field(() => CurrencyCode, { description: 'The currency.' })
  currency!: string

  @Field(() => Int, { description: 'How many payments were taken.' })
  payments!: number

  @Field(() => Money, { description: 'How much.' })
  captured!: Money

  @Field(() => Money, { description: 'Back through the provider that day, less what bounced that day.' })
  refunded!: Money

  @Field(() => Money, { description: 'Back some other way that day.' })
  settledOutside!: Money

  @Field(() => Money, { description: 'Lost in disputes decided that day, less what was won back that day.' })
  disputed!: Money

  @Field(() => Money, {
    nullable: true,
    description: "The providers' fees, when all of them are in this currency and known; null otherwise.",
  })
  fees!: Money | null

  @Field(() => Money, {
    nullable: true,
    description: 'Captured less refunded, disputed and fees; null without fees.',
  })
  net!: Money | null
}

export interface Days {
  from: string
  to: string
  timeZone: string
}

/** What is wrong with the days, and of which of them; null when they can be counted. */
export function daysProblem({ from, to, timeZone }: Days): { field: string; message: string } | null {
  if (!isTimeZone(timeZone)) return { field: 'timeZone', message: 'This is no time zone that is known.' }
  if (compareDates(from, to) > 0) return { field: 'to', message: 'The range ends before it begins.' }
  if (compareDates(addDays(from, MOST_DAYS - 1), to) < 0) {
    return { field: 'to', message: `At most ${MOST_DAYS} days can be asked for.` }
  }
  return null
}

interface DayRow {
  date: string
  method: PaymentMethod
  currency: string
  payments: number
  captured: number
  refunded: number
  settledOutside: number
  disputed: number
  fees: number | null
}

/**
 * What came on the day of its capture; what went back on the day when it was known to, as its history says, so that a refund
 * that bounced counts on both its days; what was paid back some other way counts on the day that was said of it.
 */
const moneyOfDays = statement<DayRow>(
  'money-of-days',
  `with days as (
     select $1::date::timestamp at time zone $3 as begins, ($2::date + 1)::timestamp at time zone $3 as ends),
   moved as (
     select p.captured_at as at, p.method, coalesce(p.captured_currency, p.currency) as currency, 1 as payments,
       p.captured_minor as captured, 0::bigint as refunded, 0::bigint as outside, 0::bigint as disputed,
       p.fee_minor as fee,
       p.fee_minor is not null and p.settlement_currency = coalesce(p.captured_currency, p.currency) as fee_known
     from payment p, days where p.captured_at >= days.begins and p.captured_at < days.ends
     union all
     select h.at, p.method, r.currency, 0, 0,
       case when h."to" = 'SUCCEEDED' then r.amount_minor else -r.amount_minor end, 0, 0, 0, true
     from history_entry h cross join days join refund r on r.id = h.subject_id join payment p on p.id = r.payment_id
     where h.subject_kind = 'Refund' and h.at >= days.begins and h.at < days.ends
       and (h."to" = 'SUCCEEDED' or h."from" = 'SUCCEEDED')
     union all
     select r.outside_settled_on::timestamp at time zone $3, p.method, r.currency, 0, 0, 0, r.amount_minor, 0, 0, true
     from refund r join payment p on p.id = r.payment_id
     where r.outside_settled_on >= $1::date and r.outside_settled_on <= $2::date
     union all
     select h.at, p.method, coalesce(p.captured_currency, p.currency), 0, 0, 0, 0,
       case when h."to" = 'LOST' then ${lostThroughSql} else -${lostThroughSql} end, 0, true
     from history_entry h cross join days join dispute d on d.id = h.subject_id join payment p on p.id = d.payment_id
     where h.subject_kind = 'Dispute' and h.at >= days.begins and h.at < days.ends
       and (h."to" = 'LOST' or h."from" = 'LOST'))
   select (at at time zone $3)::date as date, method, currency, sum(payments)::int as payments,
     sum(captured)::bigint as captured, sum(refunded)::bigint as refunded, sum(outside)::bigint as settled_outside,
     sum(disputed)::bigint as disputed, case when bool_and(fee_known) then sum(fee)::bigint end as fees
   from moved where $4::text is null or currency = $4
   group by 1, 2, 3 order by 1, 2, 3`,
)

/** The days that have any money, in order. Throws BAD_USER_INPUT for days that cannot be counted. */
export async function moneyByDay(
  { read }: { read: ReadConnection },
  days: Days,
  currency: string | null,
): Promise<MoneyDay[]> {
  const problem = daysProblem(days)
  if (problem) throw badUserInput(problem.message, [problem.field])
  return (await read.rows(moneyOfDays, [days.from, days.to, days.timeZone, currency])).map(moneyDay)
}

function moneyDay({ date, method, payments, ...row }: DayRow): MoneyDay {
  const { currency, captured, refunded, disputed, fees } = row
  const money = (amountMinor: number) => ({ amountMinor, currency }) as Money
  return {
    date,
    method,
    currency,
    payments,
    captured: money(captured),
    refunded: money(refunded),
    settledOutside: money(row.settledOutside),
    disputed: money(disputed),
    fees: fees === null ? null : money(fees),
    net: fees === null ? null : money(captured - refunded - disputed - fees),
  }
}
