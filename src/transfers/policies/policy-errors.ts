/** Types the refusal of publishing a policy, with what a screen needs. */
import { Field, ObjectType } from 'type-graphql'
import { UserError } from '../../graph/contract/user-error.ts'
import { TransferPolicy } from './transfer-policy.ts'

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'Two versions of a policy would be in force on one day.',
})
export class PolicyOverlap extends UserError {
  declare readonly __typename: 'PolicyOverlap'

  @Field(() => TransferPolicy, { description: 'The version that is there already.' })
  policy!: TransferPolicy
}
