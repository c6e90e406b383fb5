/** Joins related rows into a list's statement when the request selects them. */
import { hash } from 'node:crypto'
import { type Columns, partColumns } from './columns.ts'
import { nothingWanted, type Wanted } from './selection.ts'

/** Something to join to each row of a page, whose columns the joins know as `x`. */
export interface LookAheadJoin {
  /** Joined when one of these fields is asked for, named as in `run.course`; the first one is the object that is joined. */
  wanted: readonly [string, ...string[]]
  /** Its columns, or SQL that names them, for what is wanted. */
  columns: Columns | ((wanted: Wanted) => string)
  /** Fields, from the row on, whose answers are made of all its columns. */
  whole?: readonly string[]
  /** The join, after the page was cut; `?` stands for the instant of the request. */
  join: string | ((wanted: Wanted) => string)
}

/** What is joined for one request, found once for each document. */
export interface Joined {
  /** Columns, each with a comma before it. */
  columns: string
  joins: readonly string[]
  /** The same for equal joins: pages that ask alike are read together. */
  key: string
}

const nothingJoined: Joined = { columns: '', joins: [], key: '' }

const found = new WeakMap<readonly LookAheadJoin[], WeakMap<Wanted, Joined>>()

/** The joins that a request is going to need. */
export function joinedFor(declared: readonly LookAheadJoin[] | undefined, wanted: Wanted): Joined {
  if (declared === undefined || wanted.size === 0) return nothingJoined
  const ofJoins = found.get(declared) ?? new WeakMap<Wanted, Joined>()
  found.set(declared, ofJoins)
  const joined = ofJoins.get(wanted) ?? join(declared, wanted)
  ofJoins.set(wanted, joined)
  return joined
}

function join(declared: readonly LookAheadJoin[], wanted: Wanted): Joined {
  const chosen = declared.filter((each) => each.wanted.some((name) => wanted.has(name)))
  const columns = chosen.map((each) => columnsOf(each, wanted))
  const joins = chosen.map((each) => (typeof each.join === 'function' ? each.join(wanted) : each.join))
  const text = columns.map((sql) => `, ${sql}`).join('')
  return { columns: text, joins, key: hash('sha1', text + joins.join(), 'base64') }
}

function columnsOf({ columns, whole = [], wanted: [path] }: LookAheadJoin, wanted: Wanted): string {
  if (typeof columns === 'function') return columns(wanted)
  return partColumns(columns, whole.some((name) => wanted.has(name)) ? nothingWanted : wanted, path)
}
