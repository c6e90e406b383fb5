/** Queries pages of courses, with amounts and instants typed as strings. */
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core'
import { ask } from './ask'
import { type DocumentType, graphql, readFragment } from './gql'

const courseCard = graphql(/* GraphQL */ `
  fragment CourseCard on Course {
    slug
    title
    level
    credit { amount scheme level framework }
    nextRun { status startsAt timeZone price { amount currency formatted } }
  }
`)

export const catalogue = graphql(/* GraphQL */ `
  query Catalogue($first: Int, $after: String, $filter: CourseFilter, $orderBy: CourseOrder) {
    courses(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      nodes { id ...CourseCard }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The titles of all postgraduate courses, page by page. */
export async function titles(url: string): Promise<string[]> {
  const found: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const page: VariablesOf<typeof catalogue> = {
      first: 100,
      after,
      orderBy: 'NEXT_START',
      filter: { levels: ['POSTGRADUATE'], minCredit: '10' },
    }
    const { courses }: ResultOf<typeof catalogue> = await ask(url, catalogue, page)
    if (courses === null) throw new Error('The page was refused.')
    found.push(...courses.nodes.map((node) => readFragment(courseCard, node).title))
    after = courses.pageInfo.endCursor
    more = courses.pageInfo.hasNextPage
  }
  return found
}

/** What a card shows of the start: instants are text until somebody makes them a date. */
export function startOf(course: DocumentType<typeof courseCard>): string {
  if (course.nextRun === null) return 'No date yet'
  const { startsAt, timeZone, price, status } = course.nextRun
  const day = new Date(startsAt).toLocaleDateString('en-GB', { timeZone })
  switch (status) {
    case 'OPEN':
    case 'UPCOMING':
      return `${day}, ${price.formatted}`
    case 'CANCELLED':
      return 'Cancelled'
    default:
      return day
  }
}
