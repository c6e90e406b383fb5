/** Narrows an operator's list of payments. */
import { Field, ID, InputType } from 'type-graphql'
import { AtMost } from '../../graph/contract/at-most.ts'
import { badUserInput } from '../../graph/contract/errors.ts'
import { uuidForList } from '../../graph/contract/no-such.ts'
import { CurrencyCode, DateTime, SafeInt } from '../../graph/contract/scalars.ts'
import type { Condition } from '../../reading/list.ts'
import { LONGEST_SEARCH_CHARACTERS } from '../../values/lengths.ts'
import { PaymentMethod } from '../payment.ts'
import { foundPayments } from './found-payments.rules.ts'

const LEAST_SEARCH_CHARACTERS = 2

@InputType({ description: 'Narrows a list of payments; all that is given has to hold.' })
export class PaymentFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'One thing that the caller has: session, intent, charge, order, capture, refund, dispute, payout, receipt number, our own id in any form, the e-mail address at payment or now, part of the name, or the last four digits of the card.',
  })
  @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
  search?: string | null

  @Field(() => PaymentMethod, { nullable: true, description: 'Card or PayPal.' })
  method?: PaymentMethod | null

  @Field(() => CurrencyCode, { nullable: true, description: 'Only this currency.' })
  currency?: string | null

  @Field(() => ID, { nullable: true, description: 'For this run.' })
  courseRunId?: string | null

  @Field(() => DateTime, { nullable: true, description: 'Taken at or after.' })
  capturedFrom?: Date | null

  @Field(() => DateTime, { nullable: true, description: 'Taken before.' })
  capturedUntil?: Date | null

  @Field(() => DateTime, { nullable: true, description: 'Made at or after.' })
  createdFrom?: Date | null

  @Field(() => DateTime, { nullable: true, description: 'Made before.' })
  createdUntil?: Date | null

  @Field(() => SafeInt, { nullable: true, description: 'At least so much, in minor units; only with `currency`.' })
  amountMinorFrom?: number | null

  @Field(() => SafeInt, { nullable: true, description: 'At most so much, in minor units; only with `currency`.' })
  amountMinorTo?: number | null
}

/** The search as a condition of `column`, which holds a payment's id. Throws BAD_USER_INPUT for less than two characters. */
export function searchCondition(column: string, search: string | null | undefined, field: string[]): Condition[] {
  if (search == null) return []
  if ([...search.trim()].length < LEAST_SEARCH_CHARACTERS) {
    throw badUserInput('A search needs at least 2 characters.', field)
  }
  return [foundPayments(column, search)]
}

/** Throws BAD_USER_INPUT for a range that is turned round. */
function refuseTurnedRound(
  from: Date | number | null | undefined,
  to: Date | number | null | undefined,
  field: string[],
): void {
  if (from != null && to != null && from > to) throw badUserInput('The range ends before it begins.', field)
}

/** Of payments seen as `p` with their enrolments as `e`. Throws BAD_USER_INPUT for what cannot be meant. */
export function paymentConditions(filter: PaymentFilter | null | undefined): Condition[] {
  if (!filter) return []
  const { currency, amountMinorFrom, amountMinorTo, courseRunId } = filter
  if (currency == null && (amountMinorFrom != null || amountMinorTo != null)) {
    throw badUserInput('Amounts are compared within one currency: give it too.', ['filter', 'currency'])
  }
  refuseTurnedRound(filter.capturedFrom, filter.capturedUntil, ['filter', 'capturedUntil'])
  refuseTurnedRound(filter.createdFrom, filter.createdUntil, ['filter', 'createdUntil'])
  refuseTurnedRound(amountMinorFrom, amountMinorTo, ['filter', 'amountMinorTo'])
  const runId = courseRunId == null ? null : uuidForList('CourseRun', courseRunId, ['filter', 'courseRunId'])
  const asked: [string, unknown][] = [
    ['p.method = ?', filter.method],
    ['p.currency = ?', currency],
    ['p.captured_at >= ?', filter.capturedFrom],
    ['p.captured_at < ?', filter.capturedUntil],
    ['p.created_at >= ?', filter.createdFrom],
    ['p.created_at < ?', filter.createdUntil],
    ['p.amount_minor >= ?::bigint', amountMinorFrom],
    ['p.amount_minor <= ?::bigint', amountMinorTo],
    ['e.run_id = ?::uuid', runId],
  ]
  return [
    ...searchCondition('p.id', filter.search, ['filter', 'search']),
    ...(courseRunId != null && runId === null ? [{ sql: 'false' }] : []),
    ...asked.flatMap(([sql, value]) => (value == null ? [] : [{ sql, values: [value] }])),
  ]
}
