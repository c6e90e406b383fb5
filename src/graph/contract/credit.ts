/** Shows credit in the graph: amount, scheme and level, converted on request. */
import { Arg, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import {
  amountIn,
  type Conversion,
  CreditScheme,
  type Credit as CreditValue,
  convert,
  convertLevel,
  type LevelConversion as LevelConversionValue,
  LevelFramework,
} from '../../values/credit.ts'
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

@ObjectType({ simpleResolvers: true, description: 'An amount of credit in another scheme, and how it comes about.' })
class CreditConversion {
  @Field(() => Decimal, { description: 'How much, in units of the scheme.' })
  amount!: string

  @Field(() => CreditScheme, { description: 'Scheme of the amount.' })
  scheme!: CreditScheme

  @Field(() => Boolean, { description: 'False when the amount does not terminate and is rounded to 4 decimals.' })
  exact!: boolean

  @Field(() => String, { description: 'The calculation, e.g. "15 CATS ÷ 2 = 7.5 ECTS".' })
  method!: string
}

@ObjectType({
  simpleResolvers: true,
  description: 'A level in another framework: ambiguity is shown and never decided.',
})
class LevelConversion {
  @Field(() => LevelFramework, { description: 'Framework of the levels.' })
  framework!: LevelFramework

  @Field(() => [Int], { description: 'Every level that it may be, lowest first; none when no table has it.' })
  levels!: number[]

  @Field(() => Boolean, { description: 'Whether the tables leave open which of several levels it is.' })
  ambiguous!: boolean

  @Field(() => String, { description: 'In a sentence.' })
  method!: string
}

@Resolver(() => Credit)
export class CreditResolver {
  @FieldResolver(() => CreditConversion, { description: 'The same in another scheme, with the calculation.' })
  conversion(
    @Root() credit: CreditValue,
    @Arg('scheme', () => CreditScheme, { description: 'Scheme to convert to.' }) scheme: CreditScheme,
  ): Conversion {
    return convert(credit.amount, credit.scheme, scheme)
  }

  @FieldResolver(() => LevelConversion, { description: 'Its level in another framework.' })
  levelIn(
    @Root() credit: CreditValue,
    @Arg('framework', () => LevelFramework, { description: 'Framework to convert to.' }) framework: LevelFramework,
  ): LevelConversionValue {
    return convertLevel(credit.level, credit.framework, framework)
  }

  @FieldResolver(() => Decimal, { description: 'Exact conversion by ratio; the receiver rounds, once, last.' })
  amountIn(
    @Root() credit: CreditValue,
    @Arg('scheme', () => CreditScheme, { description: 'Scheme to convert to.' }) scheme: CreditScheme,
  ): string {
    return amountIn(credit.amount, credit.scheme, scheme)
  }
}
