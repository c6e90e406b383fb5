/** Turns what PostgreSQL answers into plain rows: camel-cased names, objects in rows, Dates for instants, text for exact numbers. */
import pg from 'pg'

const oid = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  textArray: 1009,
  uuidArray: 2951,
}

const zero = 48
const twoDigits = (text: string, at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * zero

/** "2026-11-23 09:00:00.123+00", the session being UTC; Date.parse of this form is several times slower. */
function readInstant(text: string): Date {
  // instants are stored to the millisecond, and their zeros at the end are not written
  const milliseconds = text.charCodeAt(19) === 46 ? Number(`${text.slice(20, -3)}00`.slice(0, 3)) : 0
  return new Date(
    Date.UTC(
      twoDigits(text, 0) * 100 + twoDigits(text, 2),
      twoDigits(text, 5) - 1,
      twoDigits(text, 8),
      twoDigits(text, 11),
      twoDigits(text, 14),
      twoDigits(text, 17),
      milliseconds,
    ),
  )
}

const asText = (text: string) => text
/** How pg reads values. */
export const rowTypes = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') => {
    if (id === oid.timestamptz) return readInstant
    if (id === oid.date || id === oid.numeric) return asText
    if (id === oid.int8) return Number
    return pg.types.getTypeParser(id, format as 'text')
  }) as typeof pg.types.getTypeParser,
}

/** A column's name as rows carry it. */
export const camelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A row and the objects in it: the column `run.starts_at` is `startsAt` of the row's `run`. */
export interface RowShape {
  /** Name of each column in its object, and that object's place in `objects`. */
  columns: readonly { name: string; object: number }[]
  /** The row, then the objects in it; null in a row in which the object's `first` column is. */
  objects: readonly { name: string; within: number; first: number }[]
}

function shapeOf(fields: readonly string[]): RowShape {
  const paths = ['']
  const objects = [{ name: '', within: 0, first: 0 }]
  const columns = fields.map((field, column) => {
    const dot = field.lastIndexOf('.')
    const path = dot < 0 ? '' : field.slice(0, dot)
    let object = paths.indexOf(path)
    if (object < 0) {
      object = paths.push(path) - 1
      const parent = path.lastIndexOf('.')
      const within = Math.max(0, paths.indexOf(path.slice(0, Math.max(0, parent))))
      objects.push({ name: camelCase(path.slice(parent + 1)), within, first: column })
    }
    return { name: camelCase(field.slice(dot + 1)), object }
  })
  return { columns, objects }
}

type Row = Record<string, unknown>

function toRow({ columns, objects }: RowShape, values: readonly unknown[]): Row {
  const made: (Row | null)[] = objects.map(({ first }, at) => (at > 0 && values[first] === null ? null : {}))
  for (let index = 0; index < columns.length; index++) {
    const { name, object } = columns[index]!
    const target = made[object]
    if (target) target[name] = values[index]
  }
  for (let at = 1; at < objects.length; at++) {
    const { name, within } = objects[at]!
    const target = made[within]
    if (target) target[name] = made[at]
  }
  return made[0]!
}

/** All rows of an answer; the statement remembers their shape. */
export function toRows<Result>(query: { shape?: RowShape }, result: pg.QueryArrayResult<unknown[]>): Result[] {
  query.shape ??= shapeOf(result.fields.map((field) => field.name))
  const { shape } = query
  return result.rows.map((values) => toRow(shape, values) as Result)
}
