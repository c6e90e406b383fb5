/** Builds the SQL of lists: order, cursor bounds and conditions. */
import { LRUCache } from 'lru-cache'
import type { KeyType } from '../graph/contract/cursor.ts'
import type { PageRequest } from '../graph/contract/page.ts'
import { LARGEST_PAGE_SIZE } from '../graph/contract/page-size.ts'
import { type Columns, columnsSql } from './columns.ts'
import type { Joined, LookAheadJoin } from './look-ahead-join.ts'
import type { Wanted } from './selection.ts'
import type { Statement } from './statement.ts'

/** One key of the order. The last one must be unique. `as` is the name under which the row carries it. */
export interface OrderKey {
  sql: string
  as: string
  type: KeyType
  descending?: boolean
}

export interface List {
  /** Name of the list and its order: part of its cursors and of its statements' names. */
  name: string
  columns: string | Columns
  /** SQL that names more columns, which the order may be of. */
  further?: string
  from: string
  /** One for each `?` in `from`. */
  values?: readonly unknown[]
  order: OrderKey[]
  /** For a list that hangs on a parent: the column that holds the parent's id. */
  parent?: string
  /** What is joined to the rows when it is wanted. */
  parts?: readonly LookAheadJoin[]
}

/** What the keys of its order hold. */
export const keyTypes = (list: List): KeyType[] => list.order.map(({ type }) => type)

/** A condition of one request: SQL with a `?` for each of its values. */
export interface Condition {
  sql: string
  values?: readonly unknown[]
}

/** The columns of the list's rows that answer what is wanted. */
export function ownColumns({ columns, further = '' }: List, wanted: Wanted): string {
  return (typeof columns === 'string' ? columns : columnsSql(columns, wanted)) + further
}

/** `order` turned round when the page is read from the end. */
function orderSql(order: OrderKey[], backward: boolean): string {
  return order.map((key) => `${key.sql} ${Boolean(key.descending) !== backward ? 'desc' : 'asc'}`).join(', ')
}

/** Rows strictly beyond the cursor: (a > x) or (a = x and b > y) …, each key in its own direction. */
function beyondSql(order: OrderKey[], forward: boolean, slots: string[]): string {
  const alternatives = order.map((key, index) => {
    const equal = order.slice(0, index).map((before, at) => `${before.sql} = ${slots[at]}`)
    const operator = Boolean(key.descending) !== forward ? '>' : '<'
    return `(${[...equal, `${key.sql} ${operator} ${slots[index]}`].join(' and ')})`
  })
  // The plain bound on the first key lets an index do the seek.
  const first = order[0]!
  const bound = `${first.sql} ${Boolean(first.descending) !== forward ? '>=' : '<='} ${slots[0]}`
  return `(${bound} and (${alternatives.join(' or ')}))`
}

export class Values {
  readonly list: unknown[] = []
  slot(value: unknown, type?: string): string {
    this.list.push(value)
    return `$${this.list.length}${type ? `::${type}` : ''}`
  }

  /** SQL with a slot for each `?`, in order. */
  fill(sql: string, values: readonly unknown[] = []): string {
    let at = 0
    return values.length === 0 ? sql : sql.replaceAll('?', () => this.slot(values[at++]))
  }
}

/** Where the cursor of `after` or `before` draws the line: rows strictly beyond it. */
function boundSql(list: List, side: 'after' | 'before', keys: readonly string[], values: Values): string {
  const slots = keys.map((key, at) => values.slot(key, list.order[at]!.type))
  return beyondSql(list.order, side === 'after', slots)
}

const conditionsSql = (conditions: Condition[], values: Values): string[] =>
  conditions.map(({ sql, values: given }) => values.fill(sql, given))

/** Rows that meet the conditions, and of a page, those between its cursors. */
export function whereSql(list: List, request: PageRequest | null, conditions: Condition[], values: Values): string {
  const parts = conditionsSql(conditions, values)
  for (const side of ['after', 'before'] as const) {
    const keys = request?.[side]
    if (keys) parts.push(boundSql(list, side, keys, values))
  }
  return parts.length ? parts.join(' and ') : 'true'
}

/** Rows that meet the conditions and lie on the far side of that cursor, its own row among them. */
export function asideSql(
  list: List,
  request: PageRequest,
  side: 'after' | 'before',
  conditions: Condition[],
  values: Values,
): string {
  const bound = boundSql(list, side, request[side] as string[], values)
  return [...conditionsSql(conditions, values), `not ${bound}`].join(' and ')
}

/** What one page of a list is read from. */
export interface PageParts {
  columns: string
  from: string
  where: string
  backward: boolean
}

/** The rows of one page; `rows` says how many, as SQL. */
export function pageSql({ order }: List, { columns, from, where, backward }: PageParts, rows: string): string {
  return `select ${columns} from ${from} where ${where} order by ${orderSql(order, backward)} limit ${rows}`
}

/**
 * The same for a list that hangs on nothing. The inner limit is for PostgreSQL's planner: a plan that is kept does not know
 * what `rows` is, and would be taken for one of a tenth of the table, so that it would plan anew at every request.
 */
export function pageOfAllSql(list: List, parts: PageParts, rows: string): string {
  return `select * from (${pageSql(list, parts, `${LARGEST_PAGE_SIZE + 1}`)}) page limit ${rows}`
}

/** What was asked lately, with how often; named once it is clear that it is asked again and again. */
const statements = new LRUCache<string, { statement: Statement<unknown>; uses: number }>({ max: 2000 })
const USES_UNTIL_NAMED = 3
const MOST_NAMES = 500
let names = 0

/**
 * Equal texts share one statement. PostgreSQL plans a named one once for each connection and keeps it: a text gets its name
 * when it is used for the third time, and hostile variety none at all.
 */
export function named<Row>(list: string, text: string): Statement<Row> {
  const known = statements.get(text) ?? { statement: { name: '', text, planByValues: true }, uses: 0 }
  if (known.uses === 0) statements.set(text, known)
  known.uses += 1
  if (known.uses === USES_UNTIL_NAMED && names < MOST_NAMES) {
    known.statement = { name: `${list.slice(0, 40)}#${names}`, text, planByValues: true }
    names += 1
  }
  return known.statement as Statement<Row>
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What is joined to a statement over the page `x`, and the order again, which joins may lose. */
export function joinsSql(list: List, joined: Joined, now: Date, backward: boolean, values: Values): string {
  if (joined.joins.length === 0) return ''
  const joins = joined.joins.map((sql) => values.fill(sql, [now]))
  const order = orderSql(
    list.order.map((key) => ({ ...key, sql: `x.${snakeCase(key.as)}` })),
    backward,
  )
  return ` ${joins.join(' ')} order by ${order}`
}

/** The statement of one page, with what is joined to its rows. */
export function withJoins(list: List, page: string, joined: Joined, now: Date, backward: boolean, values: Values) {
  const joins = joinsSql(list, joined, now, backward, values)
  return joins === '' ? page : `select x.*${joined.columns} from (${page}) x${joins}`
}
