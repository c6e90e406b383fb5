/** Answers the graph's fields about courses. */

import type { GraphQLResolveInfo } from 'graphql'
import { Arg, Args, Ctx, Extensions, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Credit } from '../graph/contract/credit.ts'
import { type Page, PageArgs } from '../graph/contract/page.ts'
import { Institution } from '../institutions/institution.ts'
import { institutionById } from '../institutions/loaders.ts'
import type { Loaded } from '../reading/loader.ts'
import { wantedOfRows } from '../reading/selection.ts'
import { LONGEST_SEARCH_CHARACTERS, LONGEST_SLUG_CHARACTERS } from '../values/lengths.ts'
import { checkCmf } from './cmf.rules.ts'
import { CmfConformance, type CmfRow, cmfFacts } from './cmf-conformance.ts'
import { Course, CourseConnection, CourseEdge } from './course.ts'
import { CourseFacets, CourseFilter, CourseOrder, SortDirection } from './course-filter.ts'
import { CourseRun, CourseRunConnection } from './course-run.ts'
import { type FoundCourses, facet, findCourses } from './find-courses.ts'
import { Freshness } from './freshness.ts'
import { CourseHighlight, highlightsOf, SearchedField } from './highlights.ts'
import { courseBySlug, nextRunOf, runsOfCourse, syncStateOf } from './loaders.ts'

/** As many as a page has at most. */
const MOST_SLUGS = 100

interface CourseRow extends CmfRow {
  id: string
  awardingInstitutionId: string
  fetchedAt: Date
  /** When the list has looked ahead. */
  awardingInstitution?: Institution | null
  nextRun?: CourseRun | null
}

@Resolver(() => Course)
export class CourseResolver {
  @Query(() => CourseConnection, {
    nullable: true,
    description: 'The courses on offer, narrowed and ordered as asked.',
  })
  courses(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('search', () => String, {
      nullable: true,
      description:
        'Words, or beginnings of words, that must all occur in title, subject or summary. Accents do not matter; a word of 5 letters may have one wrong, a word of 8 two, unless some course has it as typed.',
    })
    @AtMost({ characters: LONGEST_SEARCH_CHARACTERS })
    search: string | null,
    @Arg('slugs', () => [String], { nullable: true, description: 'Only these; what is not on offer is left out.' })
    @AtMost({ items: MOST_SLUGS, characters: LONGEST_SLUG_CHARACTERS })
    slugs: string[] | null,
    @Arg('filter', () => CourseFilter, { nullable: true, description: 'Narrows the list.' })
    filter: CourseFilter | null,
    @Arg('orderBy', () => CourseOrder, { nullable: true, defaultValue: 'RELEVANCE', description: 'The order.' })
    orderBy: CourseOrder | null,
    @Arg('direction', () => SortDirection, {
      nullable: true,
      description: 'Best match first by RELEVANCE of a search, ascending by the others, unless said.',
    })
    direction: SortDirection | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<FoundCourses> {
    const asked = { search, slugs, filter, orderBy: orderBy ?? 'RELEVANCE', direction }
    return findCourses(context, asked, args, wantedOfRows(info))
  }

  @Query(() => Course, {
    nullable: true,
    description: 'One course, withdrawn ones among them; null when there is none.',
  })
  course(
    @Arg('slug', () => String, { description: "The partner's program code." })
    @AtMost({ characters: LONGEST_SLUG_CHARACTERS })
    slug: string,
    @Ctx() context: Context,
  ): Promise<Course | null> {
    return courseBySlug(context, slug)
  }

  @FieldResolver(() => Institution, { description: 'Who awards the credit.' })
  awardingInstitution(@Root() course: CourseRow, @Ctx() context: Context): Loaded<Institution | null> {
    return course.awardingInstitution ?? institutionById(context, course.awardingInstitutionId)
  }

  @FieldResolver(() => Credit, { nullable: true, description: 'What is awarded, when the partner states it whole.' })
  credit(@Root() course: CourseRow): Credit | null {
    return cmfFacts(course).credit
  }

  @FieldResolver(() => CmfConformance, { description: 'Conformance to the Common Microcredential Framework.' })
  cmf(@Root() course: CourseRow): CmfConformance {
    return checkCmf(cmfFacts(course))
  }

  @FieldResolver(() => CourseRunConnection, { description: 'Its runs, the earliest start first.' })
  runs(
    @Root() course: CourseRow,
    @Args(() => PageArgs) args: PageArgs,
    @Arg('upcomingOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only runs that have not started.',
    })
    upcomingOnly: boolean | null,
    @Ctx() context: Context,
  ): Promise<Page<CourseRun>> {
    const conditions = [{ sql: 'r.complete' }]
    if (!upcomingOnly) return runsOfCourse(context, course.id, args, conditions)
    const upcoming = { sql: 'r.starts_at > ?::timestamptz and not r.cancelled', values: [context.now()] }
    return runsOfCourse(context, course.id, args, [...conditions, upcoming])
  }

  @FieldResolver(() => CourseRun, {
    nullable: true,
    description: 'The next run to start on which one can enrol, now or once its window opens.',
  })
  nextRun(@Root() course: CourseRow, @Ctx() context: Context): Loaded<CourseRun | null> {
    return course.nextRun === undefined ? nextRunOf(context, course.id) : course.nextRun
  }

  @FieldResolver(() => Freshness, { description: 'How old the facts are.' })
  async freshness(@Root() course: CourseRow, @Ctx() context: Context): Promise<Freshness> {
    const state = await syncStateOf(context, 'programs')
    const failing = state?.failedAt != null && (state.succeededAt === null || state.failedAt > state.succeededAt)
    const confirmedAt =
      state?.succeededAt && state.succeededAt > course.fetchedAt ? state.succeededAt : course.fetchedAt
    const tooOld = context.now().getTime() - confirmedAt.getTime() > context.settings.staleAfterMinutes * 60_000
    // What is asked live beside it, here or elsewhere in the answer, has then been answered or missed.
    await context.underway.settled()
    const silent = context.underway.missed || context.partner.silent()
    return { source: 'partner', fetchedAt: confirmedAt, stale: failing || tooOld || silent }
  }
}

@Resolver(() => CourseConnection)
export class CourseConnectionResolver {
  @FieldResolver(() => CourseFacets, { nullable: true, description: 'What this list can be narrowed by.' })
  async facets(@Root() { asked }: AskedFor, @Ctx() context: Context): Promise<CourseFacets> {
    const [subjects, levels, languages, awardingInstitutions] = await Promise.all(
      (['subjects', 'levels', 'languages', 'awardingInstitutions'] as const).map((name) => facet(context, asked, name)),
    )
    return { subjects, levels, languages, awardingInstitutions } as CourseFacets
  }
}

type AskedFor = Pick<FoundCourses, 'asked'>

@Resolver(() => CourseEdge)
export class CourseEdgeResolver {
  @Extensions({ cost: { listSize: Object.keys(SearchedField).length } })
  @FieldResolver(() => [CourseHighlight], {
    description: 'Where the course matches the search, as text and not as HTML; empty where nothing is searched.',
  })
  highlights(
    @Root() { node, page }: { node: { id: string }; page: AskedFor },
    @Ctx() context: Context,
  ): Loaded<CourseHighlight[]> {
    const { words } = page.asked
    return words === null ? [] : highlightsOf(context, { courseId: node.id, query: words })
  }
}
