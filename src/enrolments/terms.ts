/** Shows in the graph the terms of sale, and what a buyer has accepted. */
import { Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { DateTime, Url } from '../graph/contract/scalars.ts'
import { Enrolment } from './enrolment.ts'

@ObjectType({ simpleResolvers: true, description: 'The terms of sale.' })
export class Terms {
  @Field(() => String, { description: 'E.g. 2026-09-01.' })
  version!: string

  @Field(() => Url, { description: 'Where they can be read and kept.' })
  url!: string

  @Field(() => DateTime, { description: 'From when they hold.' })
  effectiveFrom!: Date

  @Field(() => Boolean, {
    description: 'Whether accepting them also asks expressly that study may begin inside the statutory period.',
  })
  includesExpressRequest!: boolean
}

@ObjectType({ simpleResolvers: true, description: 'What the buyer accepted.' })
export class TermsAcceptance {
  @Field(() => String, { description: 'Version of the terms.' })
  version!: string

  @Field(() => DateTime, { description: 'When.' })
  acceptedAt!: Date

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the buyer asked expressly that study may begin inside the statutory period; null when not.',
  })
  expressRequestAt!: Date | null
}

@Resolver(() => Enrolment)
export class TermsResolver {
  @Query(() => Terms, { description: 'The terms that `enrol` accepts now.' })
  terms(@Ctx() { settings }: Context): Terms {
    return settings.terms
  }

  @FieldResolver(() => TermsAcceptance, {
    nullable: true,
    description: 'Which terms were accepted, and when; null when it was made at the partner.',
  })
  termsAcceptance(@Root() { termsVersion, termsAcceptedAt, expressRequestAt }: Enrolment): TermsAcceptance | null {
    if (termsVersion === null || termsAcceptedAt === null) return null
    return { version: termsVersion, acceptedAt: termsAcceptedAt, expressRequestAt }
  }
}
