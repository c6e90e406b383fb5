/** Stores an institution, which awards credit or accepts it. */
import { Entity, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { Node } from '../graph/contract/node.ts'
import { connectionOf } from '../graph/contract/page.ts'
import { instant } from '../store/row.ts'

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A university or college.' })
@Entity({ tableName: 'institution' })
export class Institution extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @Field(() => String, { description: 'Short stable name, e.g. the-open-university.' })
  @Property({ type: 'text' })
  @Unique()
  slug!: string

  @Field(() => String, { description: 'Full name.' })
  @Property({ type: 'text' })
  name!: string

  @Field(() => String, { description: 'ISO 3166-1 alpha-2 code, e.g. GB.' })
  @Property({ type: 'text' })
  country!: string

  @Field(() => Boolean, { description: 'Whether it answers credit-transfer questions here.' })
  @Property({ type: 'boolean', default: false })
  participating!: boolean

  @Property({ ...instant })
  updatedAt!: Date
}

export const InstitutionConnection = connectionOf(() => Institution, 'Institution', 'institutions')
