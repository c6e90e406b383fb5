/** Pages a declared list by keyset cursors, without OFFSET. */

import { writeCursor } from '../graph/contract/cursor.ts'
import { type Page, type PageArgs, type PageRequest, pageRequest } from '../graph/contract/page.ts'
import type { ReadConnection } from './connection/read-connection.ts'
import {
  asideSql,
  type Condition,
  joinsSql,
  keyTypes,
  type List,
  named,
  ownColumns,
  pageOfAllSql,
  pageSql,
  Values,
  whereSql,
  withJoins,
} from './list-sql.ts'
import { defineLoader, type Loads } from './loader.ts'
import { type Joined, joinedFor } from './look-ahead-join.ts'
import { nothingWanted, type Wanted } from './selection.ts'

export type { Condition, List } from './list-sql.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
  now(): Date
}

const parentSlot = 'parent_id'

type Side = 'after' | 'before'

/** What is read of the list beyond the page's own rows, and only when it is asked for. */
interface Around {
  totalCount(): Promise<number>
  /** Whether rows lie on the far side of the cursor that the page was asked with. */
  isAside(side: Side): Promise<boolean>
}

function toPage<Row>(list: List, request: PageRequest, found: Row[], { totalCount, isAside }: Around): Page<Row> {
  const { backward, size, after, before } = request
  const more = found.length > size
  const rows = more ? found.slice(0, size) : found
  if (backward) rows.reverse()
  return {
    rows,
    cursorOf: (row) =>
      writeCursor(
        list.name,
        list.order.map((key) => (row as Record<string, unknown>)[key.as]),
      ),
    hasNextPage: () => (more && !backward) || (before !== null && isAside('before')),
    hasPreviousPage: () => (more && backward) || (after !== null && isAside('after')),
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
  const request = pageRequest(args, list.name, keyTypes(list))
  const values = new Values()
  const from = values.fill(list.from, list.values)
  const where = whereSql(list, request, conditions, values)
  const parts = { columns: ownColumns(list, wanted), from, where, backward: request.backward }
  const page = pageOfAllSql(list, parts, values.slot(request.size + 1, 'int'))
  const text = withJoins(list, page, joinedFor(list.parts, wanted), context.now(), request.backward, values)
  const found = await context.read.rows(named<Row>(list.name, text), values.list)
  return toPage(list, request, found, {
    totalCount: () => countRows(context, list, conditions),
    isAside: (side) => isAnyAside(context, list, request, side, conditions),
  })
}

async function isAnyAside(
  context: Reading,
  list: List,
  request: PageRequest,
  side: Side,
  conditions: Condition[],
): Promise<boolean> {
  const values = new Values()
  const from = values.fill(list.from, list.values)
  const where = asideSql(list, request, side, conditions, values)
  const text = `select exists (select 1 from ${from} where ${where}) as found`
  const row = await context.read.row(named<{ found: boolean }>(`${list.name}-aside`, text), values.list)
  return row?.found ?? false
}

async function countRows(context: Reading, list: List, conditions: Condition[]): Promise<number> {
  const values = new Values()
  const from = values.fill(list.from, list.values)
  const where = whereSql(list, null, conditions, values)
  const text = `select count(*)::int as count from ${from} where ${where}`
  const row = await context.read.row(named<{ count: number }>(`${list.name}-count`, text), values.list)
  return row?.count ?? 0
}

interface ChildKey {
  parentId: string
  args: PageArgs
  conditions: Condition[]
  columns: string
  joined: Joined
}

const shapeOf = ({ args, conditions, columns, joined }: ChildKey) =>
  JSON.stringify([args.first, args.after, args.last, args.before, conditions, columns, joined.key])

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
    pageRequest(args, list.name, keyTypes(list))
    const columns = ownColumns(list, wanted)
    return load(context, { parentId, args, conditions, columns, joined: joinedFor(list.parts, wanted) })
  }
}

async function pagesOfParents<Row>(
  context: Reading,
  list: List & { parent: string },
  keys: readonly ChildKey[],
): Promise<Page<Row>[]> {
  const { args, conditions } = keys[0]!
  const parents = keys.map((key) => key.parentId)
  const request = pageRequest(args, list.name, keyTypes(list))
  let counts: Promise<Map<string, number>> | undefined
  const asides: Partial<Record<Side, Promise<Set<string>>>> = {}
  const rowsOf = await rowsOfParents<Row>(context, list, keys[0]!, parents, request)
  return parents.map((parentId) =>
    toPage<Row>(list, request, rowsOf(parentId), {
      async totalCount() {
        counts ??= countsOfParents(context, list, parents, conditions)
        return (await counts).get(parentId) ?? 0
      },
      async isAside(side) {
        asides[side] ??= parentsWithAside(context, list, parents, request, side, conditions)
        return (await asides[side]).has(parentId)
      },
    }),
  )
}

/** The rows of each; a single parent is asked for by itself, which is easier on both sides. */
async function rowsOfParents<Row>(
  context: Reading,
  list: List & { parent: string },
  { conditions, columns, joined }: ChildKey,
  parents: string[],
  request: PageRequest,
): Promise<(parentId: string) => Row[]> {
  const values = new Values()
  const { from, parent } = list
  const { backward, size } = request
  if (parents.length === 1) {
    const own = `${parent} = ${values.slot(parents[0], 'uuid')}`
    const where = `${own} and ${whereSql(list, request, conditions, values)}`
    const page = pageSql(list, { columns, from, where, backward }, values.slot(size + 1, 'int'))
    const text = withJoins(list, page, joined, context.now(), backward, values)
    const rows = await context.read.rows(named<Row>(list.name, text), values.list)
    return () => rows
  }
  const parentsSlot = values.slot(parents, 'uuid[]')
  const where = `${parent} = page_parent.id and ${whereSql(list, request, conditions, values)}`
  const page = pageSql(list, { columns, from, where, backward }, values.slot(size + 1, 'int'))
  const joins = joinsSql(list, joined, context.now(), backward, values)
  const text = `select page_parent.id as ${parentSlot}_, x.*${joined.columns} from unnest(${parentsSlot}) as page_parent(id) cross join lateral (${page}) x${joins}`
  const rows = await context.read.rows(named<Row & { parentId_: string }>(list.name, text), values.list)
  const groups = Map.groupBy(rows, (row) => row.parentId_)
  return (parentId) => groups.get(parentId) ?? []
}

async function parentsWithAside(
  context: Reading,
  list: List & { parent: string },
  parents: string[],
  request: PageRequest,
  side: Side,
  conditions: Condition[],
): Promise<Set<string>> {
  const values = new Values()
  const slot = values.slot(parents, 'uuid[]')
  const where = asideSql(list, request, side, conditions, values)
  const text = `select page_parent.id from unnest(${slot}) as page_parent(id) where exists (select 1 from ${list.from} where ${list.parent} = page_parent.id and ${where})`
  const rows = await context.read.rows(named<{ id: string }>(`${list.name}-asides`, text), values.list)
  return new Set(rows.map(({ id }) => id))
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
