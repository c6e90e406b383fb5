/** Credit as the graph shows it: an amount with its scheme and level, converted exactly on request. */
import { Arg, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { amountIn, CreditScheme, type Credit as CreditValue, LevelFramework } from '../values/credit.ts'
import { publishEnum } from './enum.ts'
import { Decimal } from './scalars.ts'

publishEnum(CreditScheme, 'CreditScheme', 'In what the amount is counted.', {
  CATS: 'UK credit points: 10 hours of study each.',
  ECTS: 'European credits: two CATS points each.',
  SCQF: 'Scottish credit points: as many as CATS points.',
  US_SEMESTER: 'US semester credit hours: four CATS points each.',
  US_QUARTER: 'US quarter credit hours: two thirds of a semester hour each.',
})
publishEnum(LevelFramework, 'LevelFramework', 'In what the level is counted.', {
  FHEQ: 'The frameworks of England, Wales and Northern Ireland, levels 3 to 8.',
  EQF: 'The European Qualifications Framework, levels 4 to 8.',
  SCQF: 'The Scottish Credit and Qualifications Framework, levels 6 to 12.',
})

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
