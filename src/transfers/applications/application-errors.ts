/** Types the refusals of applying for transfer, with what a screen needs. */
import { Field, ID, ObjectType } from 'type-graphql'
import { UserError } from '../../graph/contract/user-error.ts'
import type { Assessed } from '../assess-transfer.ts'
import { TransferEligibility } from '../eligibility.ts'

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Some of the credit is reserved for an application, or counted already.',
})
export class CreditAlreadyUsed extends UserError {
  declare readonly __typename: 'CreditAlreadyUsed'

  @Field(() => [ID], { description: 'Which records.' })
  creditRecordIds!: string[]
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'Nothing would count as things stand.' })
export class NotEligible extends UserError {
  declare readonly __typename: 'NotEligible'

  @Field(() => TransferEligibility, { description: 'The answer that says why.' })
  eligibility!: Assessed
}
