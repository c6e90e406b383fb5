/** Shows callers to themselves in the graph, with each of their roles. */
import { Field, ObjectType } from 'type-graphql'
import { InstitutionClient, InstitutionStaff } from '../institutions/member.ts'
import { Operator } from '../institutions/operator.ts'
import { Learner } from './learner.ts'

@ObjectType({ simpleResolvers: true, description: 'One caller can be several at once: staff also study.' })
export class Viewer {
  @Field(() => Learner, { nullable: true, description: 'As a learner.' })
  learner!: Learner | null

  @Field(() => InstitutionStaff, { nullable: true, description: 'As staff of an institution.' })
  staff!: InstitutionStaff | null

  @Field(() => InstitutionClient, { nullable: true, description: 'As a machine of an institution.' })
  client!: InstitutionClient | null

  @Field(() => Operator, { nullable: true, description: 'As an operator of this gateway.' })
  operator!: Operator | null
}
