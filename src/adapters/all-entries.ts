/** Collects what all pages of a list hold, in the order in which they come. */
import type { Upstream } from '../values/upstream-failure.ts'
import type { ReadEntries } from './read-entries.ts'
import { malformed } from './upstream-reply.ts'

export async function allEntries<Entry>(pages: AsyncIterable<ReadEntries<Entry>>): Promise<ReadEntries<Entry>> {
  const found: ReadEntries<Entry> = { entries: [], unread: [] }
  for await (const { entries, unread } of pages) {
    found.entries.push(...entries)
    found.unread.push(...unread)
  }
  return found
}

/** All of them, where one that cannot be read may be the very one. Throws UNKNOWN `malformed` when there is such a one. */
export function readAll<Entry>(upstream: Upstream, { entries, unread }: ReadEntries<Entry>): Entry[] {
  const [first] = unread
  if (first !== undefined) throw malformed(upstream, `${first.reference}: ${first.problem}`)
  return entries
}
