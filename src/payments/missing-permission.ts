/** Stores what our keys lack at each provider. */
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { DateTime } from '../graph/contract/scalars.ts'
import { instant } from '../store/row.ts'

@ObjectType({ simpleResolvers: true, description: 'What our keys lack.' })
@Entity({ tableName: 'missing_permission' })
export class MissingPermission {
  @Field(() => String, { description: 'STRIPE or PAYPAL.' })
  @PrimaryKey({ type: 'text' })
  provider!: string

  @Field(() => String, { description: 'What it is called there, e.g. "Disputes: read".' })
  @PrimaryKey({ type: 'text' })
  permission!: string

  @Field(() => String, { description: 'What does not work without it, in a sentence.' })
  @Property({ type: 'text' })
  consequence!: string

  @Field(() => DateTime, { description: 'Since when.' })
  @Property({ ...instant })
  since!: Date
}
