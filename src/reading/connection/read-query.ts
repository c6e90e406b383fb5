/** Sends one prepared statement and makes rows as they arrive. */
import pg from 'pg'
import type { Statement } from '../statement.ts'
import { type Row, shapeOf, toRow } from './read-rows.ts'

/** What pg's queries call on their connection. */
interface Connection {
  describe(what: object): void
}

/** The query of pg as one can build upon it, which its types do not tell. */
interface PgQuery {
  hasBeenParsed(connection: Connection): boolean
  prepare(connection: Connection): void
}

const PgQuery = pg.Query as unknown as new (text: string, values: readonly unknown[]) => PgQuery

const silent = new WeakMap<Connection, Connection>()

/** The connection, but that it does not ask what the columns are. */
function withoutDescribing(connection: Connection): Connection {
  const known = silent.get(connection)
  if (known) return known
  const made: Connection = Object.create(connection, { describe: { value: () => undefined } })
  silent.set(connection, made)
  return made
}

export class ReadQuery extends PgQuery {
  readonly name: string
  private readonly statement: Statement<unknown>
  private readonly answer: (error: Error | null, rows: Row[]) => void
  private readonly made: Row[] = []
  private failure: Error | null = null

  /** `answer` is called once, with what went wrong or with all rows. */
  constructor(
    statement: Statement<unknown>,
    values: readonly unknown[],
    answer: (error: Error | null, rows: Row[]) => void,
  ) {
    // Of an object with them pg makes a copy by property descriptors, which takes longer than all else here.
    super(statement.text, values)
    this.name = statement.name
    this.statement = statement
    this.answer = answer
  }

  override prepare(connection: Connection): void {
    const isKnown = this.statement.shape !== undefined && this.hasBeenParsed(connection)
    super.prepare(isKnown ? withoutDescribing(connection) : connection)
  }

  handleRowDescription({ fields }: { fields: readonly pg.FieldDef[] }): void {
    this.statement.shape ??= shapeOf(fields)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.failure !== null) return
    try {
      this.made.push(toRow(this.statement.shape!, fields))
    } catch (error) {
      this.failure = error as Error
    }
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.answer(this.failure ?? error, [])
  }

  handleReadyForQuery(): void {
    this.answer(this.failure, this.made)
  }
}
