/** Stores a payment at a provider that is in no book here. */
import { Check, Entity, Enum, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy'
import { Field, ObjectType } from 'type-graphql'
import { Node } from '../graph/contract/node.ts'
import { DateTime } from '../graph/contract/scalars.ts'
import { exactFrom, instant, minorUnits } from '../store/row.ts'
import { ProviderName } from './payment-provider.ts'

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A payment at a provider that is in no book here, as the provider has it.',
})
@Entity({ tableName: 'provider_object' })
@Unique({ properties: ['provider', 'reference'] })
@Check({ name: 'provider_object_captured_exact', expression: exactFrom(0, 'captured_minor') })
@Check({ name: 'provider_object_refunded_exact', expression: exactFrom(0, 'refunded_minor') })
export class ProviderObject extends Node {
  @PrimaryKey({ type: 'uuid' })
  override id!: string

  @Field(() => ProviderName, { description: 'At which.' })
  @Enum({ items: () => Object.values(ProviderName) })
  provider!: ProviderName

  @Field(() => String, { description: 'Session, order, charge or capture.' })
  @Property({ type: 'text' })
  reference!: string

  @Field(() => String, { nullable: true, description: 'Our id in it; null when it carries none.' })
  @Property({ type: 'text', nullable: true })
  paymentId!: string | null

  /** What is refunded: payment intent or capture. */
  @Property({ type: 'text' })
  captureReference!: string

  @Property({ ...minorUnits })
  capturedMinor!: number

  @Property({ ...minorUnits })
  refundedMinor!: number

  @Property({ type: 'text' })
  currency!: string

  @Field(() => DateTime, { nullable: true, description: 'When it was taken.' })
  @Property({ ...instant })
  capturedAt!: Date

  @Field(() => String, {
    nullable: true,
    description: "The buyer's e-mail address, when the provider says it.",
  })
  @Property({ type: 'text', nullable: true })
  buyerEmail!: string | null
}
