/** Pages an in-memory list by the same arguments and cursors as stored lists. */
import { writeCursor } from '../graph/contract/cursor.ts'
import { type Page, type PageArgs, pageRequest } from '../graph/contract/page.ts'

/** How the rows are ordered: by these texts, the last of which is unique. */
export interface RowOrder<Row> {
  /** Name of the list and its order. */
  list: string
  keyCount: number
  keysOf(row: Row): readonly string[]
  descending?: boolean
}

function compare(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((key, index) => key !== other[index])
  if (at < 0) return 0
  return (one[at] as string) < (other[at] as string) ? -1 : 1
}

/** One page of `rows`, all there are, in that order. Throws BAD_USER_INPUT for wrong page arguments. */
export function pageOfRows<Row>(rows: readonly Row[], args: PageArgs, order: RowOrder<Row>): Page<Row> {
  const { list, keysOf, keyCount, descending = false } = order
  const ordered = rows.toSorted((one, other) => compare(keysOf(one), keysOf(other)) * (descending ? -1 : 1))
  const { size, after } = pageRequest(args, list, new Array(keyCount).fill('text'))
  const isBeyond = (row: Row) => after === null || compare(keysOf(row), after) * (descending ? -1 : 1) > 0
  const beyond = ordered.filter(isBeyond)
  return {
    rows: beyond.slice(0, size),
    cursorOf: (row) => writeCursor(list, keysOf(row)),
    hasNextPage: () => beyond.length > size,
    hasPreviousPage: () => beyond.length < ordered.length,
    totalCount: () => rows.length,
  }
}
