/** Reads the partner's lists page by page, leaving malformed entries out. */
import type { z } from 'zod'
import type { Changes, Rejected } from '../../courses/course-source.ts'
import { Upstream } from '../../values/upstream-failure.ts'
import { Effect } from '../upstream-call.ts'
import { malformed, problems, readUpstreamReply } from '../upstream-reply.ts'
import type { PartnerExchange } from './partner-exchange.ts'
import { reference } from './partner-replies.ts'
import type { Collection } from './partner-thing.ts'

/** The most that the partner gives at a time, in pages and by uuid. */
const PAGE_SIZE = 200
const MOST_UUIDS = 100

/** Everything in a collection that changed since then, in our words; `unchanged` when the partner answers 304. */
export async function listChanges<Shape extends z.ZodType, Fact>(
  exchange: PartnerExchange,
  { name, shape }: Collection<Shape>,
  facts: (reply: z.output<Shape>) => Fact,
  since: { updatedSince: Date | null; etag: string | null },
): Promise<Changes<Fact> & Required<Rejected>> {
  const query = new URLSearchParams({ page_size: String(PAGE_SIZE) })
  if (since.updatedSince) query.set('updated_since', since.updatedSince.toISOString())
  const [found, rejected]: [Fact[], Required<Rejected>['rejected']] = [[], []]
  let etag: string | null = null
  for (let search: string | null = `?${query}`, pages = 1; search !== null; pages += 1) {
    const answer = await exchange({
      operation: `${name}.list`,
      effect: Effect.Read,
      path: `/${name}${search}`,
      ...(pages === 1 && { ifNoneMatch: since.etag, alsoAnswers: [304] }),
    })
    if (answer.status === 304) return { kind: 'unchanged', rejected }
    const entries = asList(name, answer.body)
    for (const entry of entries) {
      const read = shape.safeParse(entry)
      if (read.success) found.push(facts(read.data))
      else rejected.push({ reference: uuidOf(entry), problem: problems(read.error) })
    }
    search = entries.length > 0 ? nextSearch(answer.headers.get('link')) : null
    // The tag is the first page's: what is new on a later one does not change it.
    etag = pages === 1 && entries.length < PAGE_SIZE && search === null ? answer.headers.get('etag') : null
  }
  return { kind: 'changed', facts: found, etag, rejected }
}

/** What the partner says of each uuid, at most a hundred a call; nothing is asked about none. */
export async function listByUuid<Shape extends z.ZodType>(
  exchange: PartnerExchange,
  request: { operation: string; path: string; shape: Shape; signal?: AbortSignal | undefined },
  uuids: readonly string[],
): Promise<z.output<Shape>[]> {
  const { operation, path, shape, signal } = request
  const batches = Array.from({ length: Math.ceil(uuids.length / MOST_UUIDS) }, (_, index) =>
    uuids.slice(index * MOST_UUIDS, (index + 1) * MOST_UUIDS),
  )
  return Promise.all(
    batches.map(async (batch) => {
      const query = `uuids=${batch.map(encodeURIComponent).join(',')}`
      const answer = await exchange({ operation, effect: Effect.LiveRead, path: `${path}?${query}`, signal })
      return readUpstreamReply(Upstream.Partner, shape, answer.body)
    }),
  )
}

function asList(name: string, body: unknown): unknown[] {
  if (Array.isArray(body)) return body
  throw malformed(Upstream.Partner, `${name}: expected a list`)
}

/** RFC 8288. Only its query is taken: the page is asked for where the list itself is. */
function nextSearch(header: string | null): string | null {
  const target = /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(header ?? '')?.[1]
  return target === undefined ? null : new URL(target, 'https://unused').search
}

function uuidOf(entry: unknown): string {
  return reference.safeParse(entry).data?.uuid ?? 'an entry without a uuid'
}
