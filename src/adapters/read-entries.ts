/** Reads a list's entries one by one, naming those that cannot be read. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { UnreadEntry } from '../payments/payment-provider.ts'
import { keptText } from './signed-event.ts'
import { problems } from './upstream-reply.ts'

export interface ReadEntries<Entry> {
  entries: Entry[]
  unread: UnreadEntry[]
}

const named = z.union([
  z.object({ id: keptText }).transform(({ id }) => id),
  z.object({ dispute_id: keptText }).transform(({ dispute_id }) => dispute_id),
])
const DIGEST_CHARACTERS = 12

/** One entry that cannot be read does not take the others with it. */
export function readEntries<Shape extends z.ZodType>(
  shape: Shape,
  said: readonly unknown[],
): ReadEntries<z.output<Shape>> {
  const found: ReadEntries<z.output<Shape>> = { entries: [], unread: [] }
  for (const entry of said) {
    const read = shape.safeParse(entry)
    if (read.success) found.entries.push(read.data)
    else found.unread.push({ reference: idOf(entry) ?? digestOf(entry), problem: problems(read.error) })
  }
  return found
}

/** The id that an entry has, whatever else it is; null when it has none. */
export function idOf(entry: unknown): string | null {
  return named.safeParse(entry).data ?? null
}

/** Names an entry without an id, the same one each time. */
function digestOf(entry: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex').slice(0, DIGEST_CHARACTERS)
  return `an entry without an id (${digest})`
}
