/** Shows where a mirrored fact came from and how old it is. */
import { Field, ObjectType } from 'type-graphql'
import { DateTime } from '../graph/contract/scalars.ts'

@ObjectType({ simpleResolvers: true, description: 'Where a mirrored fact came from, and how old it is.' })
export class Freshness {
  @Field(() => String, { description: 'Who stated it.' })
  source!: string

  @Field(() => DateTime, { description: 'When it was last confirmed.' })
  fetchedAt!: Date

  @Field(() => Boolean, { description: 'Whether it may be out of date: the source does not answer, or too long ago.' })
  stale!: boolean
}
