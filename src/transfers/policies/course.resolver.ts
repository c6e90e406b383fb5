/** Answers where a course's credit counts today. */
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { Context } from '../../context.ts'
import { checkCmf } from '../../courses/cmf.rules.ts'
import { type CmfRow, cmfFacts } from '../../courses/cmf-conformance.ts'
import { Course } from '../../courses/course.ts'
import { ForwardArgs, type Page } from '../../graph/contract/page.ts'
import { institutionById, qualificationById } from '../../institutions/loaders.ts'
import { Qualification, QualificationConnection } from '../../institutions/qualification.ts'
import { dateIn } from '../../values/dates.ts'
import { statedSubject } from '../claim.ts'
import { admits, type CourseFacts } from '../engine/course.rules.ts'
import { pageOfRows } from '../page-of-rows.ts'
import { policiesOn } from './policy.loaders.ts'

type CourseRow = CmfRow & { slug: string; subject: string; awardingInstitutionId: string }

function factsOf(course: CourseRow, awardingBody: string): CourseFacts {
  const { slug, creditLevel, creditFramework, assessment } = course
  return {
    slug,
    creditLevel,
    creditFramework,
    awardingBody,
    subject: statedSubject(course.subject),
    cmf: checkCmf(cmfFacts(course)).status,
    identityVerification: assessment?.identityVerification ?? null,
  }
}

type Titled = Pick<Qualification, 'id' | 'title'>
const byTitle = { list: 'counts-towards', keyCount: 2, keysOf: ({ title, id }: Titled) => [title, id] }

@Resolver(() => Course)
export class CourseTransferResolver {
  @FieldResolver(() => QualificationConnection, {
    description: 'Qualifications whose transfer policy lists or admits this course today.',
  })
  async countsTowards(
    @Root() course: CourseRow,
    @Args(() => ForwardArgs) args: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<Qualification>> {
    const [policies, institution] = await Promise.all([
      policiesOn(context, dateIn(context.now(), 'UTC')),
      institutionById(context, course.awardingInstitutionId),
    ])
    const facts = factsOf(course, institution!.slug)
    const admitted = policies
      .filter((policy) => admits(policy, facts))
      .map(({ qualificationId: id, title }): Titled => ({ id, title }))
    const page = pageOfRows(admitted, args, byTitle)
    const rows = await Promise.all(page.rows.map(({ id }) => qualificationById(context, id)))
    return { ...page, rows: rows as Qualification[] }
  }
}
