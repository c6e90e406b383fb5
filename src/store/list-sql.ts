/** The SQL of lists: their order, the bounds of a page by its cursor, conditions, and one name for each text. */
import type { KeyType } from '../graph/cursor.ts'
import type { PageRequest } from '../graph/page.ts'
import type { Part } from './parts.ts'
import { type Statement, statement } from './read-connection.ts'

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
  columns: string
  from: string
  order: OrderKey[]
  /** For a list that hangs on a parent: the column that holds the parent's id. */
  parent?: string
  /** What is joined to the rows when it is wanted. */
  parts?: readonly Part[]
}

/** What the keys of its order hold. */
export const keyTypes = (list: List): KeyType[] => list.order.map(({ type }) => type)

/** A condition of one request: SQL with `?` for its value. */
export interface Condition {
  sql: string
  value: unknown
}

/** `order` turned round when the page is read from the end. */
export function orderSql(order: OrderKey[], backward: boolean): string {
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
}

export function whereSql(list: List, request: PageRequest | null, conditions: Condition[], values: Values): string {
  const parts = conditions.map(({ sql, value }) => sql.replaceAll('?', value === undefined ? '' : values.slot(value)))
  for (const [keys, forward] of [
    [request?.after, true],
    [request?.before, false],
  ] as const) {
    if (keys)
      parts.push(
        beyondSql(
          list.order,
          forward,
          keys.map((key, at) => values.slot(key, list.order[at]!.type)),
        ),
      )
  }
  return parts.length ? parts.join(' and ') : 'true'
}

// Equal texts share one name and so one plan; beyond the bound, hostile variety stays unnamed.
const statements = new Map<string, Statement<unknown>>()
const maximumStatements = 500

export function named<Row>(list: string, text: string): Statement<Row> {
  let known = statements.get(text)
  if (!known) {
    const roomLeft = statements.size < maximumStatements
    known = statement(roomLeft ? `${list.slice(0, 40)}#${statements.size}` : '', text)
    if (roomLeft) statements.set(text, known)
  }
  return known as Statement<Row>
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** What parts add around a statement over the page `x`: their columns, their joins, and the order again, which joins may lose. */
export function partsSql(list: List, parts: readonly Part[], backward: boolean, values: Values) {
  if (parts.length === 0) return { columns: '', joins: '' }
  const joins = parts.map(({ join, value }) => join.replaceAll('?', value === undefined ? '' : values.slot(value)))
  const order = orderSql(
    list.order.map((key) => ({ ...key, sql: `x.${snakeCase(key.as)}` })),
    backward,
  )
  return {
    columns: `, ${parts.map(({ columns }) => columns).join(', ')}`,
    joins: ` ${joins.join(' ')} order by ${order}`,
  }
}
