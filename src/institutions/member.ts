/** Shows an institution's staff and machine clients in the graph. */
import { Field, InterfaceType, ObjectType } from 'type-graphql'
import { Node } from '../graph/contract/node.ts'
import { Institution } from './institution.ts'

@InterfaceType({
  description: 'What a person and a machine of an institution have in common.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class InstitutionMember extends Node {
  @Field(() => Institution, { description: 'The institution that they act for.' })
  institution!: Institution
}

@ObjectType({
  implements: [Node, InstitutionMember],
  simpleResolvers: true,
  description: 'A person who works for an institution.',
})
export class InstitutionStaff extends InstitutionMember {
  @Field(() => String, { description: 'Name to show.' })
  displayName!: string

  institutionId!: string
}

@ObjectType({
  implements: [Node, InstitutionMember],
  simpleResolvers: true,
  description: 'A machine of an institution, by client credentials.',
})
export class InstitutionClient extends InstitutionMember {
  @Field(() => String, { description: 'As registered with the identity provider.' })
  clientId!: string

  institutionId!: string
}
