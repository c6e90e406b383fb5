/** Says what a learner gives in order to enrol. */
import { Field, ID, InputType } from 'type-graphql'
import { AtMost } from '../graph/contract/at-most.ts'
import { MoneyInput } from '../graph/contract/money.ts'
import { Url } from '../graph/contract/scalars.ts'
import { PaymentMethod } from '../payments/payment.ts'
import { LONGEST_KEY_CHARACTERS } from '../values/lengths.ts'

@InputType({
  description:
    'The origin of returnUrl is on the allow-list; we append `payment=<id>` and `result=returned|cancelled`.',
})
export class EnrolInput {
  @Field(() => ID, { description: 'The run.' })
  courseRunId!: string

  @Field(() => PaymentMethod, { description: 'Card or PayPal.' })
  paymentMethod!: PaymentMethod

  @Field(() => Url, { description: 'Where the buyer comes back to; http or https.' })
  returnUrl!: string

  @Field(() => Boolean, { description: 'Has to be true.' })
  termsAccepted!: boolean

  @Field(() => String, {
    nullable: true,
    description:
      'The version of the terms that was shown; refused with TermsChanged when it is another now. Not checked when it is not given.',
  })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  termsVersion?: string | null

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'The buyer asks expressly that study may begin inside the statutory period. Kept as evidence; nothing depends on it.',
  })
  expressRequest!: boolean

  @Field(() => MoneyInput, {
    nullable: true,
    description:
      'What the buyer was shown; refused with PriceChanged when it is another now. Not checked when it is not given.',
  })
  expectedPrice?: MoneyInput | null

  @Field(() => String, { description: 'Any text but a blank one, new for each new request.' })
  @AtMost({ characters: LONGEST_KEY_CHARACTERS, inUserErrors: true })
  idempotencyKey!: string
}
