/** Puts the client kit into real caches, and pages through a list by nodes. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { fetchExchange, Client as Urql } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { type LocalWorld, root } from './local-world.ts'

const PAGES = `query Pages($after: String) {
  courses(first: 3, after: $after) {
    nodes { id title credit { amount scheme } nextRun { id price { amountMinor currency } } }
    pageInfo { endCursor hasNextPage }
  }
}`

interface Pages {
  courses: { nodes: { id: string }[]; pageInfo: { endCursor: string } }
}

/** Throws unless both caches join two pages of three. */
export async function tryKit({ graphql }: LocalWorld): Promise<void> {
  const folder = await mkdtemp(join(import.meta.dirname, '.kit-'))
  try {
    execFileSync('npm', ['run', '-s', 'client-kit', '--', folder], { cwd: root })
    await withApollo(graphql, folder)
    await withGraphcache(graphql, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function expectSix(data: Pages | undefined): void {
  const ids = new Set(data?.courses.nodes.map(({ id }) => id))
  if (ids.size !== 6 || data?.courses.nodes.length !== 6) throw new Error(`not two pages: ${JSON.stringify(data)}`)
}

async function withApollo(uri: string, folder: string): Promise<void> {
  const { typePolicies } = await import(join(folder, 'apollo.ts'))
  const { possibleTypes } = await import(join(folder, 'possible-types.ts'))
  const client = new ApolloClient({
    link: new HttpLink({ uri }),
    cache: new InMemoryCache({ typePolicies, possibleTypes }),
  })
  const first = await client.query<Pages>({ query: gql(PAGES) })
  const query = client.watchQuery<Pages>({ query: gql(PAGES) })
  const { promise, resolve } = Promise.withResolvers<Pages>()
  const listening = query.subscribe(({ data }) => {
    if (data && (data as Pages).courses.nodes.length > 3) resolve(data as Pages)
  })
  await query.fetchMore({ variables: { after: first.data?.courses.pageInfo.endCursor } })
  expectSix(await promise)
  listening.unsubscribe()
}

async function withGraphcache(url: string, folder: string): Promise<void> {
  const { keys, pagedBy } = await import(join(folder, 'graphcache.ts'))
  const cache = cacheExchange({ keys, resolvers: pagedBy(relayPagination()) })
  const client = new Urql({ url, exchanges: [cache, fetchExchange] })
  const { data } = await client.query<Pages>(PAGES, {}).toPromise()
  const after = data?.courses.pageInfo.endCursor
  expectSix((await client.query<Pages>(PAGES, { after }).toPromise()).data)
}
