/** Maps a noun's columns to fields, so that lists read only requested columns. */
import { camelCase } from './connection/read-rows.ts'
import { nothingWanted, type Wanted } from './selection.ts'

export interface Columns {
  /** What the table is called in SQL. */
  readonly alias: string
  /** Read in any case, the id first: identity, owner, and what the list is ordered by. */
  readonly always: readonly string[]
  /** What each field needs besides; a field that is not here needs every column. */
  readonly of: ReadonlyMap<string, readonly string[]>
  readonly all: readonly string[]
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)

/**
 * Declares them, each list as words. `plain` columns are fields of their own, by the same name; `of` says what the
 * other fields are made of; `rest` are columns that no field of the graph is made of.
 */
export function defineColumns(
  alias: string,
  { always, plain, of, rest = '' }: { always: string; plain: string; of: Record<string, string>; rest?: string },
): Columns {
  const every = new Map<string, readonly string[]>([['__typename', []]])
  for (const column of [...words(always), ...words(plain)]) every.set(camelCase(column), [column])
  for (const [field, columns] of Object.entries(of)) every.set(field, words(columns))
  const all = [...new Set([...words(always), ...[...every.values()].flat(), ...words(rest)])]
  return { alias, always: words(always), of: every, all }
}

/** The columns that answer what is `wanted` of the object at `path` ('' for the row itself); all, where one cannot tell. */
function columnsWanted({ always, of, all }: Columns, wanted: Wanted, path = ''): readonly string[] {
  const start = path === '' ? '' : `${path}.`
  const chosen = new Set(always)
  let isKnown = false
  for (const name of wanted) {
    if (!name.startsWith(start) || name.includes('.', start.length)) continue
    const columns = of.get(name.slice(start.length))
    if (columns === undefined) return all
    isKnown = true
    for (const column of columns) chosen.add(column)
  }
  // In one order, so that equal needs are equal texts.
  return isKnown ? all.filter((column) => chosen.has(column)) : all
}

const sqlOf = new WeakMap<Columns, WeakMap<Wanted, string>>()

/** Those wanted of the row itself as SQL, e.g. `r.id, r.starts_at`; found once for each document. */
export function columnsSql(columns: Columns, wanted: Wanted): string {
  const known = sqlOf.get(columns) ?? new WeakMap<Wanted, string>()
  sqlOf.set(columns, known)
  const names = () => columnsWanted(columns, wanted).map((name) => `${columns.alias}.${name}`)
  const sql = known.get(wanted) ?? names().join(', ')
  known.set(wanted, sql)
  return sql
}

/** All of them, as SQL. */
export const allColumns = (columns: Columns): string => columnsSql(columns, nothingWanted)

/** Those wanted as the columns of the object at `path`: the first is never null, so it tells whether there is one. */
export function partColumns(columns: Columns, wanted: Wanted, path: string): string {
  return columnsWanted(columns, wanted, path)
    .map((name) => `${columns.alias}.${name} as "${path}.${name}"`)
    .join(', ')
}

/** Those wanted as SQL for an object of JSON, named as rows carry them. */
export function jsonColumns(columns: Columns, wanted: Wanted, path: string): string {
  const pairs = columnsWanted(columns, wanted, path).map((name) => `'${camelCase(name)}', ${columns.alias}.${name}`)
  return `json_build_object(${pairs.join(', ')})`
}
