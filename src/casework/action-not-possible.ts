/** Declares the refusal of what cannot be done about a case. */
import { Field, ObjectType } from 'type-graphql'
import { CaseAction } from '../cases/case-action.ts'
import { UserError } from '../graph/contract/user-error.ts'

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'This cannot be done about this case.',
})
export class ActionNotPossible extends UserError {
  declare readonly __typename: 'ActionNotPossible'

  @Field(() => [CaseAction], { description: 'What can.' })
  possible!: CaseAction[]
}
