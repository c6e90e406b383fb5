/** Shows an operator of this gateway in the graph. */
import { Field, ObjectType } from 'type-graphql'
import { Node } from '../graph/contract/node.ts'

@ObjectType({ implements: Node, simpleResolvers: true, description: 'Someone who operates this gateway.' })
export class Operator extends Node {
  @Field(() => String, { description: 'Name to show.' })
  displayName!: string
}
