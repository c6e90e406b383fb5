/** Pages of a list that was made in memory: the same arguments, cursors and errors as lists that are read. */
import { type Page, type PageArgs, pageRequest, writeCursor } from '../graph/page.ts'

/** One page of `rows`, all there are, each with its own key. Throws BAD_USER_INPUT for wrong page arguments. */
export function pageOfRows<Row>(
  rows: readonly Row[],
  args: PageArgs,
  list: string,
  keyOf: (row: Row) => string,
): Page<Row> {
  const { size, after } = pageRequest(args, list, 1)
  const start = after === null ? 0 : rows.findIndex((row) => keyOf(row) === after[0]) + 1
  return {
    rows: rows.slice(start, start + size),
    cursorOf: (row) => writeCursor(list, [keyOf(row)]),
    hasNextPage: start + size < rows.length,
    hasPreviousPage: start > 0,
    totalCount: () => rows.length,
  }
}
