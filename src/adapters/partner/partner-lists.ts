/** The partner's paged lists: follows each next link, and keeps entries of a wrong shape out without losing the rest. */
import type { z } from 'zod'
import type { Changes, Rejected } from '../../courses/course-source.ts'
import { Upstream } from '../../values/outside-failure.ts'
import { Effect } from '../outside-call.ts'
import { malformed, problems } from '../outside-reply.ts'
import type { PartnerExchange } from './partner-exchange.ts'

const pageSize = 200

const nextLink = (header: string | null) => /<([^>]+)>\s*;\s*rel="?next"?/.exec(header ?? '')?.[1] ?? null

/** Everything in a list that changed since then, in our words; `unchanged` when the partner answers 304. */
export async function changesOf<Shape extends z.ZodType, Fact>(
  exchange: PartnerExchange,
  list: { operation: string; path: string; shape: Shape; facts(reply: z.output<Shape>): Fact },
  since: { updatedSince: Date | null; etag: string | null },
): Promise<Changes<Fact> & Rejected> {
  const query = new URLSearchParams({ page_size: String(pageSize) })
  if (since.updatedSince) query.set('updated_since', since.updatedSince.toISOString())
  const facts: Fact[] = []
  const rejected: { reference: string; problem: string }[] = []
  let etag: string | null = null
  let path: string | null = `${list.path}?${query}`
  let headers: Record<string, string> = since.etag ? { 'if-none-match': since.etag } : {}
  while (path !== null) {
    const answer = await exchange.ask({ operation: list.operation, effect: Effect.Read, path, headers })
    if (answer.status === 304) return { kind: 'unchanged', rejected }
    if (!Array.isArray(answer.body)) throw malformed(Upstream.Partner, `${list.path}: a list was expected`)
    etag ??= answer.headers.get('etag')
    for (const entry of answer.body) {
      const read = list.shape.safeParse(entry)
      if (read.success) facts.push(list.facts(read.data))
      else rejected.push({ reference: String((entry as { uuid?: unknown })?.uuid), problem: problems(read.error) })
    }
    headers = {}
    path = nextLink(answer.headers.get('link'))
  }
  return { kind: 'changed', facts, etag, rejected }
}
