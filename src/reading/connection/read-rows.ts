/** Turns what PostgreSQL answers into plain rows with camel-cased names. */
import pg from 'pg'

const oid = { int8: 20, text: 25, varchar: 1043, date: 1082, timestamptz: 1184, numeric: 1700, uuid: 2950 }
/** Dates and exact numbers are texts in the program, too. */
const texts: ReadonlySet<number> = new Set([oid.text, oid.varchar, oid.date, oid.numeric, oid.uuid])

const zero = 48
const twoDigits = (text: string, at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * zero

/** "2026-11-23 09:00:00.123+00", the session being UTC; Date.parse of this form is several times slower. */
function readInstant(text: string): Date {
  // Instants are stored to the millisecond, and their zeros at the end are not written
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

type ReadValue = (text: string) => unknown

/** How values are read that are not left as text. */
function readerOf({ dataTypeID }: pg.FieldDef): ReadValue | null {
  if (dataTypeID === oid.timestamptz) return readInstant
  if (dataTypeID === oid.int8) return Number
  if (texts.has(dataTypeID)) return null
  return pg.types.getTypeParser(dataTypeID, 'text')
}

/** A column's name as rows carry it. */
export const camelCase = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A row and the objects in it: the column `run.starts_at` is `startsAt` of the row's `run`. */
export interface RowShape {
  /** Name of each column in its object, that object's place in `objects`, and how its text is read; null: as it is. */
  columns: readonly { name: string; object: number; read: ReadValue | null }[]
  /** The row, then the objects in it; null in a row in which the object's `first` column is. */
  objects: readonly { name: string; within: number; first: number }[]
}

export function shapeOf(fields: readonly pg.FieldDef[]): RowShape {
  const paths = ['']
  const objects = [{ name: '', within: 0, first: 0 }]
  const columns = fields.map((field, column) => {
    const dot = field.name.lastIndexOf('.')
    const path = dot < 0 ? '' : field.name.slice(0, dot)
    let object = paths.indexOf(path)
    if (object < 0) {
      object = paths.push(path) - 1
      const parent = path.lastIndexOf('.')
      const within = Math.max(0, paths.indexOf(path.slice(0, Math.max(0, parent))))
      objects.push({ name: camelCase(path.slice(parent + 1)), within, first: column })
    }
    return { name: camelCase(field.name.slice(dot + 1)), object, read: readerOf(field) }
  })
  return { columns, objects }
}

export type Row = Record<string, unknown>

/** The row that PostgreSQL sent as these texts. */
export function toRow({ columns, objects }: RowShape, values: readonly (string | null)[]): Row {
  const made: (Row | null)[] = objects.map(({ first }, at) => (at > 0 && values[first] === null ? null : {}))
  for (let index = 0; index < columns.length; index++) {
    const { name, object, read } = columns[index]!
    const target = made[object]
    if (!target) continue
    const value = values[index]!
    target[name] = value === null || read === null ? value : read(value)
  }
  for (let at = 1; at < objects.length; at++) {
    const { name, within } = objects[at]!
    const target = made[within]
    if (target) target[name] = made[at]
  }
  return made[0]!
}
