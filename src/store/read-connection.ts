/** The read connection: prepared, named statements, all loads of one turn in one pipelined round trip, plain rows back. */
import pg from 'pg'

/** One SQL text with a name, so that PostgreSQL parses and plans it once per connection. */
export interface Statement<Row> {
  readonly name: string
  readonly text: string
  /** Where its columns go in a row, found at the first answer. */
  shape?: RowShape
  /** Only for the type. */
  readonly row?: Row
}

/** Declares a statement. Lists travel as one array parameter (`= any($1::uuid[])`), so that one text serves every size. */
export function statement<Row>(name: string, text: string): Statement<Row> {
  return { name, text }
}

export interface ReadConnection {
  /** All rows, as plain objects with camel-cased names; instants are Dates, dates and exact numbers are text. */
  rows<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>
  /** The first row, or null. */
  row<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row | null>
  /** Statements sent since the start: what tests count. */
  readonly sent: number
  close(): Promise<void>
}

const oid = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  textArray: 1009,
  uuidArray: 2951,
}

/** "2026-11-23 09:00:00.123+00", the session being UTC; Date.parse of this form is several times slower. */
function readInstant(text: string): Date {
  const milliseconds = text.charCodeAt(19) === 46 ? Number(`${text.slice(20, -3)}00`.slice(0, 3)) : 0
  return new Date(
    Date.UTC(
      Number(text.slice(0, 4)),
      Number(text.slice(5, 7)) - 1,
      Number(text.slice(8, 10)),
      Number(text.slice(11, 13)),
      Number(text.slice(14, 16)),
      Number(text.slice(17, 19)),
      milliseconds,
    ),
  )
}

const asText = (text: string) => text
const types = {
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
interface RowShape {
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

function toRows<Result>(query: Statement<Result>, result: pg.QueryArrayResult<unknown[]>): Result[] {
  query.shape ??= shapeOf(result.fields.map((field) => field.name))
  const { shape } = query
  return result.rows.map((values) => toRow(shape, values) as Result)
}

/** One pipelined connection: what is asked within a turn of the event loop leaves in one packet. */
class Lane {
  pending = 0
  private corked = false
  private readonly client: pg.Client
  readonly ready: Promise<void>
  broken = false

  constructor(url: string, statementTimeoutMs: number, onBroken: (error: Error) => void) {
    this.client = new pg.Client({
      connectionString: url,
      pipeline: true,
      statement_timeout: statementTimeoutMs,
      application_name: 'gateway-read',
      options: '-c timezone=UTC -c default_transaction_read_only=on',
      types,
      keepAlive: true,
    })
    this.client.on('error', (error) => {
      this.broken = true
      onBroken(error)
    })
    this.client.on('end', () => {
      this.broken = true
    })
    this.ready = this.client.connect().then(
      () => undefined,
      (error) => {
        this.broken = true
        throw error
      },
    )
    this.ready.catch(() => undefined)
  }

  async ask(query: Statement<unknown>, values: readonly unknown[]): Promise<pg.QueryArrayResult<unknown[]>> {
    this.pending++
    try {
      await this.ready
      this.cork()
      return await this.client.query<unknown[]>({
        name: query.name,
        text: query.text,
        values: values as unknown[],
        rowMode: 'array',
      })
    } finally {
      this.pending--
    }
  }

  private cork(): void {
    if (this.corked) return
    this.corked = true
    const { stream } = (this.client as unknown as { connection: { stream: import('node:net').Socket } }).connection
    stream.cork()
    setImmediate(() => {
      this.corked = false
      stream.uncork()
    })
  }

  close(): Promise<void> {
    return this.client.end()
  }
}

/**
 * Opens the read connection. `lanes` connections share the load; one that breaks is replaced at its next use, and
 * what was under way on it fails alone. Statements longer than `statementTimeoutMs` are ended by PostgreSQL.
 */
export function openReadConnection(options: {
  url: string
  lanes?: number
  statementTimeoutMs?: number
  onBroken?: (error: Error) => void
}): ReadConnection {
  const { url, statementTimeoutMs = 5_000, onBroken = () => undefined } = options
  const open = () => new Lane(url, statementTimeoutMs, onBroken)
  const lanes = Array.from({ length: options.lanes ?? 2 }, open)
  let sent = 0
  let closed = false

  function freest(): Lane {
    let best = 0
    for (let index = 0; index < lanes.length; index++) {
      if (lanes[index]!.broken && !closed) lanes[index] = open()
      if (lanes[index]!.pending < lanes[best]!.pending) best = index
    }
    return lanes[best]!
  }

  async function rows<Row>(query: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    sent++
    return toRows(query, await freest().ask(query, values))
  }

  return {
    rows,
    row: async (query, values) => (await rows(query, values))[0] ?? null,
    get sent() {
      return sent
    },
    async close() {
      closed = true
      await Promise.allSettled(lanes.map((lane) => lane.close()))
    },
  }
}
