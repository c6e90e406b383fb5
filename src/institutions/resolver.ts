/** Answers the graph's fields about institutions and their qualifications. */

import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { type Page, PageArgs } from '../graph/contract/page.ts'
import { type Condition, readPage } from '../reading/list.ts'
import { LONGEST_SLUG_CHARACTERS } from '../values/lengths.ts'
import { Institution, InstitutionConnection } from './institution.ts'
import {
  institutionById,
  institutionBySlug,
  institutionList,
  qualificationBySlug,
  qualificationList,
  qualificationsOf,
} from './loaders.ts'
import { InstitutionClient, InstitutionStaff } from './member.ts'
import { Qualification, QualificationConnection, QualificationFilter } from './qualification.ts'

interface InstitutionRow {
  id: string
}
interface OfInstitution {
  institutionId: string
}

@Resolver(() => Institution)
export class InstitutionResolver {
  @Query(() => InstitutionConnection, { nullable: true, description: 'All institutions, by name.' })
  institutions(@Args(() => PageArgs) args: PageArgs, @Ctx() context: Context): Promise<Page<Institution>> {
    return readPage(context, institutionList, args)
  }

  @Query(() => Institution, { nullable: true, description: 'One institution; null when there is none of that slug.' })
  institution(
    @Arg('slug', () => String, { description: 'E.g. the-open-university.' })
    @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
    slug: string,
    @Ctx() context: Context,
  ): Promise<Institution | null> {
    return institutionBySlug(context, slug)
  }

  @FieldResolver(() => QualificationConnection, { description: 'Its qualifications, by title.' })
  qualifications(
    @Root() institution: InstitutionRow,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<Qualification>> {
    return qualificationsOf(context, institution.id, args)
  }
}

function conditionsOf(filter: QualificationFilter | null | undefined): Condition[] {
  const conditions: Condition[] = []
  if (filter?.institutionSlug != null) conditions.push({ sql: 'i.slug = ?', values: [filter.institutionSlug] })
  if (filter?.kind != null) conditions.push({ sql: 'q.kind = ?', values: [filter.kind] })
  if (filter?.search?.trim()) {
    const words = filter.search.trim().replaceAll(/[\\%_]/g, '\\$&')
    conditions.push({ sql: 'q.title ilike ?', values: [`%${words}%`] })
  }
  return conditions
}

@Resolver(() => Qualification)
export class QualificationResolver {
  @Query(() => QualificationConnection, { nullable: true, description: 'Qualifications, by title.' })
  qualifications(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => QualificationFilter, { nullable: true, description: 'Narrows the list.' })
    filter: QualificationFilter | null,
    @Ctx() context: Context,
  ): Promise<Page<Qualification>> {
    return readPage(context, qualificationList, args, conditionsOf(filter))
  }

  @Query(() => Qualification, {
    nullable: true,
    description: 'One qualification; null when there is none of that name.',
  })
  qualification(
    @Arg('institutionSlug', () => String, { description: "Its institution's slug." })
    @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
    institutionSlug: string,
    @Arg('slug', () => String, { description: 'Its own slug.' })
    @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
    slug: string,
    @Ctx() context: Context,
  ): Promise<Qualification | null> {
    return qualificationBySlug(context, { institutionSlug, slug })
  }

  @FieldResolver(() => Institution, { description: 'Whose it is.' })
  institution(@Root() qualification: OfInstitution, @Ctx() context: Context): Promise<Institution | null> {
    return institutionById(context, qualification.institutionId)
  }
}

@Resolver(() => InstitutionStaff)
export class InstitutionStaffResolver {
  @FieldResolver(() => Institution, { description: 'The institution that they work for.' })
  institution(@Root() staff: OfInstitution, @Ctx() context: Context): Promise<Institution | null> {
    return institutionById(context, staff.institutionId)
  }
}

@Resolver(() => InstitutionClient)
export class InstitutionClientResolver {
  @FieldResolver(() => Institution, { description: 'The institution that it acts for.' })
  institution(@Root() client: OfInstitution, @Ctx() context: Context): Promise<Institution | null> {
    return institutionById(context, client.institutionId)
  }
}
