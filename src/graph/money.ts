/** Money as the graph shows it: minor units, currency, and both exact readings of the amount. */
import { Field, Int, ObjectType } from 'type-graphql'
import { CurrencyCode } from '../graph/scalars.ts'

@ObjectType({ simpleResolvers: true, description: 'An exact amount of money.' })
export class Money {
  @Field(() => Int, { description: 'In minor units, e.g. pence; yen have none, Kuwaiti dinars have a thousand.' })
  amountMinor!: number

  @Field(() => CurrencyCode, { description: 'ISO 4217 code.' })
  currency!: string
}
