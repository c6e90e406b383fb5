/** Runs another team's subgraph, which knows only our keys. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, type GraphQLSchema, GraphQLUnionType } from 'graphql'
import { createHandler } from 'graphql-http/lib/use/node'

export const reviewsSdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])
  type Query {
    latestReviews(first: Int!): [Review!]!
  }
  type Review @key(fields: "id") {
    id: ID!
    text: String!
    course: Course!
    author: Learner
    leadsTo: Qualification
  }
  type Course @key(fields: "slug") {
    slug: String!
    reviews: [Review!]!
  }
  type Learner @key(fields: "id") {
    id: ID!
    reviews: [Review!]!
  }
  type Qualification @key(fields: "slug institution { slug }", resolvable: false) {
    slug: String!
    institution: Institution!
  }
  type Institution @key(fields: "slug", resolvable: false) {
    slug: String!
  }
`
/** The same without the directives, and with what routers ask. */
const executable = `${reviewsSdl.replace(/extend schema.*\n/, '').replaceAll(/ @key\(.*?\)/g, '')}
  scalar _Any
  union _Entity = Review | Course | Learner
  extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`

export interface ReviewRow {
  id: string
  text: string
  courseSlug: string
  authorId: string
  leadsTo: { slug: string; institution: { slug: string } } | null
}

interface Representation {
  __typename: string
  slug: string
  id: string
}

function reviewsSchema(rows: readonly ReviewRow[]): GraphQLSchema {
  const schema = buildSchema(executable)
  const reviewsWhere = (holds: (row: ReviewRow) => boolean) => rows.filter(holds).map(reviewOf)
  // Read when they are asked for: a review's course has reviews again.
  const courseOf = (slug: string) => ({
    __typename: 'Course',
    slug,
    reviews: () => reviewsWhere(({ courseSlug }) => courseSlug === slug),
  })
  const learnerOf = (id: string) => ({
    __typename: 'Learner',
    id,
    reviews: () => reviewsWhere(({ authorId }) => authorId === id),
  })
  const reviewOf = ({ id, text, leadsTo, courseSlug, authorId }: ReviewRow): object => ({
    __typename: 'Review',
    id,
    text,
    leadsTo,
    course: courseOf(courseSlug),
    author: learnerOf(authorId),
  })
  const open: Record<string, (named: Representation) => object | undefined> = {
    Review: ({ id }) => reviewsWhere((row) => row.id === id)[0],
    Course: ({ slug }) => courseOf(slug),
    Learner: ({ id }) => learnerOf(id),
  }
  const fields = schema.getQueryType()?.getFields() ?? {}
  Object.assign(fields.latestReviews ?? {}, {
    resolve: (_root: unknown, { first }: { first: number }) => rows.slice(0, first).map(reviewOf),
  })
  Object.assign(fields._entities ?? {}, {
    resolve: (_root: unknown, { representations }: { representations: Representation[] }) =>
      representations.map((named) => open[named.__typename]?.(named) ?? null),
  })
  const entity = schema.getType('_Entity') as GraphQLUnionType
  entity.resolveType = ({ __typename }: { __typename: string }) => __typename
  return schema
}

/** Serves these reviews over HTTP on a free port. */
export async function startReviews(rows: readonly ReviewRow[]): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(createHandler({ schema: reviewsSchema(rows) }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
