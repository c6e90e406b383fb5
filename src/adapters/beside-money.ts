/** Reads what stands beside the money so that its failure leaves the money readable. */
import type { UnreadEntry, UnreadPart } from '../payments/payment-provider.ts'
import { isUpstreamFailure } from '../values/upstream-failure.ts'
import type { ReadEntries } from './read-entries.ts'

interface Beside<Entry> {
  entries: Entry[]
  unread: UnreadPart[]
}

/** Never rejects with UpstreamFailure: a list that cannot be had is one part unread, named by what it belongs to. */
export async function besideMoney<Entry>(
  part: UnreadPart['part'],
  belongsTo: string,
  read: Promise<ReadEntries<Entry>>,
): Promise<Beside<Entry>> {
  try {
    const { entries, unread } = await read
    return { entries, unread: unreadIn(part, unread) }
  } catch (failure) {
    if (!isUpstreamFailure(failure)) throw failure
    return { entries: [], unread: [{ part, reference: belongsTo, problem: failure.code, failure }] }
  }
}

export function unreadIn(part: UnreadPart['part'], unread: readonly UnreadEntry[]): UnreadPart[] {
  return unread.map(({ reference, problem }) => ({ part, reference, problem, failure: null }))
}
