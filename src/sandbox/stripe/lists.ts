/** Pages Stripe's lists newest first, by ids as cursors. */
import type { TimeRange } from './parameters.ts'
import { badParameter } from './refusal.ts'

interface Paging {
  limit: number
  starting_after?: string | undefined
  ending_before?: string | undefined
}

export interface StripeList<T> {
  object: 'list'
  data: T[]
  has_more: boolean
  url: string
}

/**
 * One page of `kept` (oldest first, as the state keeps them), newest first.
 * Throws StripeRefusal where a cursor names nothing in the list.
 */
export function listPage<T extends { id: string }>(kept: readonly T[], params: Paging, url: string): StripeList<T> {
  const newestFirst = [...kept].reverse()
  if (params.ending_before !== undefined) {
    const before = newestFirst.slice(0, positionOf(newestFirst, params.ending_before, 'ending_before'))
    const data = before.slice(-params.limit)
    return { object: 'list', data, has_more: before.length > data.length, url }
  }
  const start =
    params.starting_after === undefined ? 0 : positionOf(newestFirst, params.starting_after, 'starting_after') + 1
  const data = newestFirst.slice(start, start + params.limit)
  return { object: 'list', data, has_more: newestFirst.length > start + data.length, url }
}

/** Whether the object was made within the range; without a range, always. */
export function madeWithin(object: { created: number }, range: TimeRange | undefined): boolean {
  if (range === undefined) return true
  const { created } = object
  const { gte = -Infinity, gt = -Infinity, lte = Infinity, lt = Infinity } = range
  return created >= gte && created > gt && created <= lte && created < lt
}

function positionOf(items: readonly { id: string }[], id: string, param: string): number {
  const position = items.findIndex((item) => item.id === id)
  if (position < 0) throw badParameter(param, `No such object: '${id}'`, 'resource_missing')
  return position
}
