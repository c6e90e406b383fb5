/** Keyset pages over SQL: a list declares its rows and its total order once, and pages by cursor without OFFSET. */

import { defineLoader, type Loads } from '../graph/loader.ts'
import { type Page, type PageArgs, type PageRequest, pageRequest, writeCursor } from '../graph/page.ts'
import { nothingWanted, type Wanted } from '../graph/selection.ts'
import { type Part, partsWanted } from './parts.ts'
import { type ReadConnection, type Statement, statement } from './read-connection.ts'

/** One key of the order. The last one must be unique. `as` is the name under which the row carries it. */
export interface OrderKey {
  sql: string
  as: string
  type: 'uuid' | 'text' | 'timestamptz' | 'numeric' | 'int' | 'date' | 'real'
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

interface Reading {
  read: ReadConnection
  loads: Loads
}

/** A condition of one request: SQL with `?` for its value. */
export interface Condition {
  sql: string
  value: unknown
}

const parentSlot = 'parent_id'

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

class Values {
  readonly list: unknown[] = []
  slot(value: unknown, type?: string): string {
    this.list.push(value)
    return `$${this.list.length}${type ? `::${type}` : ''}`
  }
}

function whereSql(list: List, request: PageRequest | null, conditions: Condition[], values: Values): string {
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

function named<Row>(list: string, text: string): Statement<Row> {
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
function partsSql(list: List, parts: readonly Part[], backward: boolean, values: Values) {
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

function toPage<Row>(list: List, request: PageRequest, found: Row[], totalCount: () => Promise<number>): Page<Row> {
  const more = found.length > request.size
  const rows = more ? found.slice(0, request.size) : found
  if (request.backward) rows.reverse()
  return {
    rows,
    cursorOf: (row) =>
      writeCursor(
        list.name,
        list.order.map((key) => (row as Record<string, unknown>)[key.as]),
      ),
    hasNextPage: request.backward ? request.before !== null : more,
    hasPreviousPage: request.backward ? more : request.after !== null,
    totalCount,
  }
}

/** One page of a list that hangs on nothing. `conditions` narrow it. Throws BAD_USER_INPUT for wrong page arguments. */
export async function readPage<Row>(
  context: Reading,
  list: List,
  args: PageArgs,
  conditions: Condition[] = [],
  wanted: Wanted = nothingWanted,
): Promise<Page<Row>> {
  const request = pageRequest(args, list.name, list.order.length)
  const values = new Values()
  const where = whereSql(list, request, conditions, values)
  const page = `select ${list.columns} from ${list.from} where ${where} order by ${orderSql(list.order, request.backward)} limit ${values.slot(request.size + 1, 'int')}`
  const { columns, joins } = partsSql(list, partsWanted(list.parts, wanted), request.backward, values)
  const text = joins === '' ? page : `select x.*${columns} from (${page}) x${joins}`
  const found = await context.read.rows(named<Row>(list.name, text), values.list)
  return toPage(list, request, found, () => countRows(context, list, conditions))
}

async function countRows(context: Reading, list: List, conditions: Condition[]): Promise<number> {
  const values = new Values()
  const where = whereSql(list, null, conditions, values)
  const text = `select count(*)::int as count from ${list.from} where ${where}`
  const row = await context.read.row(named<{ count: number }>(`${list.name}-count`, text), values.list)
  return row?.count ?? 0
}

interface ChildKey {
  parentId: string
  args: PageArgs
  conditions: Condition[]
  parts: readonly Part[]
}

const shapeOf = ({ args, conditions, parts }: ChildKey) =>
  JSON.stringify([
    args.first,
    args.after,
    args.last,
    args.before,
    conditions,
    parts.map(({ columns }) => columns.length),
  ])

/**
 * Declares the pages of a list that hangs on a parent: `pages(context, parentId, args, conditions, wanted)`. All parents of
 * one turn that ask with the same arguments are answered by one statement, however many they are.
 */
export function definePages<Row>(list: List & { parent: string }) {
  const load = defineLoader<ChildKey, Page<Row>, Reading>(
    async (context, keys) => {
      const answers = new Array<Page<Row>>(keys.length)
      const shapes = Map.groupBy(
        keys.map((key, at) => ({ key, at })),
        ({ key }) => shapeOf(key),
      )
      await Promise.all(
        [...shapes.values()].map(async (group) => {
          const pages = await pagesOfParents<Row>(
            context,
            list,
            group.map(({ key }) => key),
          )
          group.forEach(({ at }, index) => {
            answers[at] = pages[index]!
          })
        }),
      )
      return answers
    },
    { cacheKey: (key) => `${key.parentId}${shapeOf(key)}` },
  )
  return (
    context: Reading,
    parentId: string,
    args: PageArgs,
    conditions: Condition[] = [],
    wanted: Wanted = nothingWanted,
  ): Promise<Page<Row>> => {
    pageRequest(args, list.name, list.order.length)
    return load(context, { parentId, args, conditions, parts: partsWanted(list.parts, wanted) })
  }
}

async function pagesOfParents<Row>(
  context: Reading,
  list: List & { parent: string },
  keys: readonly ChildKey[],
): Promise<Page<Row>[]> {
  const { args, conditions, parts } = keys[0]!
  const parents = keys.map((key) => key.parentId)
  const request = pageRequest(args, list.name, list.order.length)
  const values = new Values()
  const parentsSlot = values.slot(parents, 'uuid[]')
  const where = whereSql(list, request, conditions, values)
  const page = `select ${list.columns} from ${list.from} where ${list.parent} = page_parent.id and ${where} order by ${orderSql(list.order, request.backward)} limit ${values.slot(request.size + 1, 'int')}`
  const { columns, joins } = partsSql(list, parts, request.backward, values)
  const text = `select page_parent.id as ${parentSlot}_, x.*${columns} from unnest(${parentsSlot}) as page_parent(id) cross join lateral (${page}) x${joins}`
  const rows = await context.read.rows(named<Row & { parentId_: string }>(list.name, text), values.list)
  let counts: Promise<Map<string, number>> | undefined
  const groups = Map.groupBy(rows, (row) => row.parentId_)
  return parents.map((parentId) =>
    toPage<Row>(list, request, groups.get(parentId) ?? [], async () => {
      counts ??= countsOfParents(context, list, parents, conditions)
      return (await counts).get(parentId) ?? 0
    }),
  )
}

async function countsOfParents(
  context: Reading,
  list: List & { parent: string },
  parents: string[],
  conditions: Condition[],
): Promise<Map<string, number>> {
  const values = new Values()
  const slot = values.slot(parents, 'uuid[]')
  const where = whereSql(list, null, conditions, values)
  const text = `select ${list.parent} as parent, count(*)::int as count from ${list.from} where ${list.parent} = any(${slot}) and ${where} group by 1`
  const rows = await context.read.rows(
    named<{ parent: string; count: number }>(`${list.name}-counts`, text),
    values.list,
  )
  return new Map(rows.map((row) => [row.parent, row.count]))
}
