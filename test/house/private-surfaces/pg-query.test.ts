/** Tests the inside of pg that reads rely on: its Query and connection. */
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { createDatabase, type TestDatabase } from '../../support/world/postgres.ts'

interface Connection {
  describe(what: object): void
  stream: Socket
}
const PgQuery = pg.Query as unknown as new (
  text: string,
  values: readonly unknown[],
) => { name: string; hasBeenParsed(connection: Connection): boolean; prepare(connection: Connection): void }

/** Records all that pg asks of a query. */
class Recorded extends PgQuery {
  readonly heard: unknown[] = []
  readonly ended = Promise.withResolvers<void>()

  override prepare(connection: Connection): void {
    this.heard.push(this.hasBeenParsed(connection) ? 'parsed already' : 'not parsed yet')
    const describe = (what: object) => {
      this.heard.push('describe')
      connection.describe(what)
    }
    super.prepare(Object.create(connection, { describe: { value: describe } }))
  }
  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.heard.push(fields.map(({ name, dataTypeID }) => [name, dataTypeID]))
  }
  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.heard.push(fields)
  }
  handleCommandComplete(): void {
    this.heard.push('complete')
  }
  handleError({ code }: Error & { code: string }): void {
    this.heard.push(code)
    this.ended.resolve()
  }
  handleReadyForQuery(): void {
    this.heard.push('ready')
    this.ended.resolve()
  }
}

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createDatabase()
  client = new pg.Client({ connectionString: database.url, pipeline: true })
  await client.connect()
})
afterAll(async () => {
  await client?.end()
  await database?.drop()
})

const inner = () => client as unknown as { connection: Connection; processID: number }

function send(name: string, text: string, values: readonly unknown[]): Recorded {
  const query = new Recorded(text, values)
  query.name = name
  client.query(query as unknown as pg.Submittable)
  return query
}

describe('pg.Query', () => {
  const text = 'select $1::int4 as one, null::text as none'
  const rows = [['7', null], 'complete', 'ready']

  it('describes on the connection that it prepares itself on, and hands raw texts to its handlers', async () => {
    const columns = [
      ['one', 23],
      ['none', 25],
    ]
    const first = send('described', text, [7])
    await first.ended.promise
    expect(first.heard).toEqual(['not parsed yet', 'describe', columns, ...rows])
    const second = send('described', text, [7])
    await second.ended.promise
    expect(second.heard).toEqual(['parsed already', 'describe', columns, ...rows])
  })

  it('is answered without being described, when the connection does not pass that on', async () => {
    class Undescribed extends Recorded {
      override prepare(connection: Connection): void {
        PgQuery.prototype.prepare.call(this, Object.create(connection, { describe: { value: () => undefined } }))
      }
    }
    const query = new Undescribed(text, [7])
    query.name = 'undescribed'
    client.query(query as unknown as pg.Submittable)
    await query.ended.promise
    expect(query.heard).toEqual(rows)
  })

  it('that fails hears of it alone: what was sent behind it is answered', async () => {
    const failing = send('failing', 'select 1 / $1::int4', [0])
    const behind = send('behind', text, [7])
    await Promise.all([failing.ended.promise, behind.ended.promise])
    expect(failing.heard).toContain('22012')
    expect(behind.heard.slice(-3)).toEqual(rows)
  })
})

it('the stream of pg.Client’s connection can be corked: nothing leaves before it is let go', async () => {
  const { stream } = inner().connection
  const before = stream.bytesWritten
  stream.cork()
  const queries = [send('corked-1', 'select 1', []), send('corked-2', 'select 2', [])]
  expect(stream.writableLength).toBeGreaterThan(0)
  expect(stream.writableCorked).toBe(1)
  stream.uncork()
  await Promise.all(queries.map((query) => query.ended.promise))
  expect(stream.bytesWritten).toBeGreaterThan(before)
  expect(queries.map(({ heard }) => heard.at(-1))).toEqual(['ready', 'ready'])
})

it('processID of pg.Client is the number by which its backend is cancelled', async () => {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  expect(inner().processID).toBe(rows[0].pid)
})
