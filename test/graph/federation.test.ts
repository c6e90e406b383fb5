/** Tests the gateway as one subgraph behind a federation router. */

import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition'
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql'
import { reviewsSdl, startReviews } from '../support/world/reviews-subgraph.ts'
import { linked } from '../support/world/study.ts'
import { startWorld, type World } from '../support/world/world.ts'

interface Caller {
  authorization: string | null
}

let world: World
let reviews: Awaited<ReturnType<typeof startReviews>>
let supergraph: GraphQLSchema
const [writer, reader] = ['learner:writer', 'learner:reader']

beforeAll(async () => {
  world = await startWorld()
  await linked(world, 'writer')
  const { data } = await world.ask(writer, '{ viewer { learner { id } } courses(first: 60) { nodes { slug } } }')
  const leadsTo = { slug: 'msc-leadership', institution: { slug: 'university-of-northmoor' } }
  reviews = await startReviews(
    data.courses.nodes.map(({ slug }: { slug: string }, n: number) => ({
      id: `review-${n}`,
      text: `Review ${n}.`,
      courseSlug: slug,
      authorId: data.viewer.learner.id,
      leadsTo: n % 2 === 0 ? leadsTo : null,
    })),
  )
  supergraph = await compose()
}, 60_000)
afterAll(async () => {
  await reviews?.close()
  await world?.close()
})

/** What a router does at its start: read both schemas, compose them, and plan queries over HTTP with the caller's own token. */
async function compose(): Promise<GraphQLSchema> {
  const { data } = await world.ask(null, '{ _service { sdl } }')
  const composed = composeServices([
    { name: 'microcredentials', typeDefs: parse(data._service.sdl), url: `${world.url}/graphql` },
    { name: 'reviews', typeDefs: parse(reviewsSdl), url: reviews.url },
  ])
  assertCompositionSuccess(composed)
  return getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: composed.supergraphSdl,
    httpExecutorOpts: {
      headers(request): Record<string, string> {
        const { authorization } = request?.context as Caller
        return authorization === null ? {} : { authorization }
      },
    },
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
async function ask(persona: string | null, text: string): Promise<{ data: any; errors: ExecutionResult['errors'] }> {
  const document = parse(text)
  expect(validate(supergraph, document)).toEqual([])
  const caller: Caller = { authorization: persona && `Bearer ${await world.tokenOf(persona)}` }
  const { data, errors } = await execute({ schema: supergraph, document, contextValue: caller })
  return { data, errors }
}

describe('a federation', () => {
  it('shows of a course what both teams know, from ours to theirs', async () => {
    const { data, errors } = await ask(
      null,
      '{ courses(first: 3) { nodes { title awardingInstitution { name } reviews { text } } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.courses.nodes.map(({ reviews }: { reviews: object[] }) => reviews)).toEqual(
      [0, 1, 2].map((n) => [{ text: `Review ${n}.` }]),
    )
    for (const { title, awardingInstitution } of data.courses.nodes) {
      expect([title, awardingInstitution.name]).toEqual([expect.any(String), expect.any(String)])
    }
  })

  it('and from theirs to ours, by slug, by id and by a key of two parts', async () => {
    const { data, errors } = await ask(
      writer,
      `{ latestReviews(first: 2) { text course { title nextRun { status } } author { displayName email }
          leadsTo { title institution { name } } } }`,
    )
    expect(errors).toBeUndefined()
    const course = { title: expect.any(String), nextRun: expect.anything() }
    const author = { displayName: expect.any(String), email: expect.stringContaining('@') }
    const leadsTo = { title: expect.any(String), institution: { name: 'University of Northmoor' } }
    expect(data.latestReviews).toEqual([
      { text: 'Review 0.', course, author, leadsTo },
      { text: 'Review 1.', course, author, leadsTo: null },
    ])
  })

  it('goes there and back again: a learner, their reviews, their courses', async () => {
    const { data, errors } = await ask(
      writer,
      '{ viewer { learner { displayName reviews { text course { title reviews { id } } } } } }',
    )
    expect(errors).toBeUndefined()
    const { learner } = data.viewer
    expect(learner.reviews.length).toBeGreaterThan(40)
    for (const { course } of learner.reviews)
      expect([course.title, course.reviews.length]).toEqual([expect.any(String), 1])
  })

  it('takes a mutation to whose it is, as its caller', async () => {
    const mutation = `mutation { linkPartnerAccount(input: { returnUrl: "https://app.example/back" }) {
      learner { displayName reviews { id } } partnerAccount { status } userErrors { code } } }`
    const { data, errors } = await ask(writer, mutation)
    expect(errors).toBeUndefined()
    expect(data.linkPartnerAccount).toMatchObject({ partnerAccount: { status: 'LINKED' }, userErrors: [] })
    expect(data.linkPartnerAccount.learner.reviews.length).toBeGreaterThan(40)
    const stranger = await ask(null, mutation)
    expect(stranger.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })
})

describe('a router is no way around permissions:', () => {
  const authors = '{ latestReviews(first: 3) { text author { displayName email } } }'

  it.each([
    ['nobody', null],
    ['another learner', reader],
    ['staff', 'registrar'],
  ])('%s does not see who wrote', async (_name, persona) => {
    const { data } = await ask(persona, authors)
    expect(data.latestReviews).toHaveLength(3)
    for (const review of data.latestReviews) {
      expect(review).toEqual({ text: expect.any(String), author: null })
    }
  })

  it('the writer and operators do', async () => {
    for (const persona of [writer, 'operator']) {
      const { data, errors } = await ask(persona, authors)
      expect(errors).toBeUndefined()
      expect(data.latestReviews).toHaveLength(3)
      for (const { author } of data.latestReviews) expect(author.displayName).toEqual(expect.any(String))
    }
  })
})

it('things by their keys take as many statements for forty as for two', async () => {
  const counted = async (first: number) => {
    const before = world.app.read.sent
    const { errors } = await ask(
      'operator',
      `{ latestReviews(first: ${first}) { course { title awardingInstitution { name } } author { displayName }
          leadsTo { title } } }`,
    )
    expect(errors).toBeUndefined()
    return world.app.read.sent - before
  }
  await counted(2)
  expect(await counted(40)).toBe(await counted(2))
})
