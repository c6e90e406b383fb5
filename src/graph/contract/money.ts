/** Shows money in the graph: minor units, currency and two exact readings. */

import { Arg, Field, FieldResolver, InputType, ObjectType, Resolver, Root } from 'type-graphql'
import { LONGEST_TAG_CHARACTERS } from '../../values/lengths.ts'
import { formatted, type Money as MoneyValue, majorUnits } from '../../values/money.ts'
import { AtMost } from './at-most.ts'
import { CurrencyCode, Decimal, SafeInt } from './scalars.ts'

const DEFAULT_LOCALE = 'en-GB'

@ObjectType({ simpleResolvers: true, description: 'An exact amount of money.' })
export class Money {
  @Field(() => SafeInt, { description: 'In minor units, e.g. pence; yen have none, Kuwaiti dinars have a thousand.' })
  amountMinor!: number

  @Field(() => CurrencyCode, { description: 'ISO 4217 code.' })
  currency!: string
}

@InputType({ description: 'An amount as a client writes it.' })
export class MoneyInput {
  @Field(() => SafeInt, { description: 'In minor units of the currency, 0 or more.' })
  amountMinor!: number

  @Field(() => CurrencyCode, { description: 'ISO 4217 code.' })
  currency!: string
}

@Resolver(() => Money)
export class MoneyResolver {
  @FieldResolver(() => Decimal, { description: 'Major units, exact.' })
  amount(@Root() money: MoneyValue): string {
    return majorUnits(money)
  }

  @FieldResolver(() => String, { description: 'As people of the locale write it, digit for digit.' })
  formatted(
    @Root() money: MoneyValue,
    @Arg('locale', () => String, {
      nullable: true,
      defaultValue: DEFAULT_LOCALE,
      description: 'A language tag, e.g. en-GB or cy; en-GB when it is none.',
    })
    @AtMost({ characters: LONGEST_TAG_CHARACTERS })
    locale: string | null,
  ): string {
    try {
      return formatted(money, locale ?? DEFAULT_LOCALE)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // How it is written is no reason to keep back what it is, and with it the page.
      return formatted(money, DEFAULT_LOCALE)
    }
  }
}
