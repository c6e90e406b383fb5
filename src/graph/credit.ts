/** Credit as the graph shows it: an amount with its scheme and level, converted exactly on request. */
import { Arg, Field, FieldResolver, Int, ObjectType, Resolver, Root, registerEnumType } from 'type-graphql'
import { amountIn, CreditScheme, type Credit as CreditValue, LevelFramework } from '../values/credit.ts'
import { Decimal } from './scalars.ts'

registerEnumType(CreditScheme, { name: 'CreditScheme', description: 'In what the amount is counted.' })
registerEnumType(LevelFramework, { name: 'LevelFramework', description: 'In what the level is counted.' })

@ObjectType({
  simpleResolvers: true,
  description: 'An amount of credit is meaningless without its scheme and level.',
})
export class Credit {
  @Field(() => Decimal, { description: 'How much, in units of the scheme.' })
  amount!: string

  @Field(() => CreditScheme, { description: 'Scheme of the amount.' })
  scheme!: CreditScheme

  @Field(() => Int, { description: 'Level, in the framework.' })
  level!: number

  @Field(() => LevelFramework, { description: 'Framework of the level.' })
  framework!: LevelFramework
}

@Resolver(() => Credit)
export class CreditResolver {
  @FieldResolver(() => Decimal, { description: 'Exact conversion by ratio; the receiver rounds, once, last.' })
  amountIn(
    @Root() credit: CreditValue,
    @Arg('scheme', () => CreditScheme, { description: 'Scheme to convert to.' }) scheme: CreditScheme,
  ): string {
    return amountIn(credit.amount, credit.scheme, scheme)
  }
}
