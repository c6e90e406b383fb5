/** Tests that PostgreSQL's refusals are logged without any value of the row at fault. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { MikroORM } from '@mikro-orm/postgresql'
import pg from 'pg'
import { databaseOptions } from '../../src/database.ts'
import { openReadConnection, type ReadConnection } from '../../src/reading/connection/read-connection.ts'
import { statement } from '../../src/reading/statement.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'
import { keptLog, startSmallServer } from '../support/world/small-graph.ts'

/** As people write: lines, quotes, and what looks like a line of a stack. */
const secret = 'canary"\n    at canary (file:///canary.js:1:1)\n - detail: canary'
let database: TestDatabase
let orm: MikroORM
let sql: pg.Pool
let read: ReadConnection
const said: string[] = []

beforeAll(async () => {
  database = await createDatabase()
  orm = await MikroORM.init(databaseOptions(database.url, { onLine: (line) => void said.push(line) }))
  sql = new pg.Pool({ connectionString: database.url, max: 1 })
  read = openReadConnection({ url: database.url })
  await sql.query(
    `create table diary (day text primary key, page text not null, weight int check (weight > 0));
     create function refuse() returns trigger language plpgsql as $$
       begin raise exception 'no % here', new.page; end $$;
     create table closed (page text);
     create trigger closed before insert on closed for each row execute function refuse();`,
  )
})
afterAll(async () => {
  await read?.close()
  await sql?.end()
  await orm?.close()
  await database?.drop()
})
beforeEach(() => sql.query('truncate diary'))

const insert = 'insert into diary (day, page, weight) values ($1, $2, $3)'

type Faulty = () => Promise<unknown>
const refusals: [string, object, Faulty][] = [
  [
    'a key that is taken',
    { code: '23505', constraint: 'diary_pkey', table: 'diary' },
    async () => {
      await sql.query(insert, [secret, secret, 1])
      await sql.query(insert, [secret, secret, 1])
    },
  ],
  [
    'a check that fails',
    { code: '23514', constraint: 'diary_weight_check', table: 'diary' },
    () => sql.query(insert, [secret, secret, -1]),
  ],
  [
    'a value that is missing',
    { code: '23502', table: 'diary', column: 'page' },
    () => sql.query(insert, [secret, null, 1]),
  ],
  ['a value of another type', { code: '22P02' }, () => sql.query('select $1::uuid', [secret])],
  ['what a function says', { code: 'P0001' }, () => sql.query('insert into closed values ($1)', [secret])],
  [
    "MikroORM's own words of it",
    { type: 'UniqueConstraintViolationException', code: '23505', constraint: 'diary_pkey', table: 'diary' },
    async () => {
      const tx = orm.em.fork()
      const values = [secret, secret, 1]
      await tx.execute('insert into diary (day, page, weight) values (?, ?, ?)', values)
      await tx.execute('insert into diary (day, page, weight) values (?, ?, ?)', values)
    },
  ],
  [
    "the reads' words of it",
    { code: '22P02' },
    () => read.rows(statement('misfit', 'select $1::text::uuid'), [secret]),
  ],
]

async function errorOf(attempt: Faulty): Promise<unknown> {
  try {
    await attempt()
  } catch (error) {
    return error
  }
  throw new Error('PostgreSQL took it')
}

describe('the line of the log', () => {
  it.each(refusals)('about %s has code, constraint and table, and no value', async (_what, fields, attempt) => {
    const { log, lines } = keptLog()
    const error = await errorOf(attempt)
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).toContain('canary')
    log.error({ err: error }, 'unexpected fault')
    log.error({ err: new Error('outside', { cause: error }) }, 'unexpected fault')
    expect(lines[0]).toMatchObject({ err: { ...fields, stack: expect.stringMatching(/\.(ts|js):\d+:\d+/) } })
    expect(lines[1]).toMatchObject({ err: { message: 'outside', cause: fields } })
    expect(JSON.stringify([lines, said])).not.toContain('canary')
  })

  it('of a request has none either', async () => {
    const server = await startSmallServer({
      buildContext: () => {
        throw refused
      },
    })
    const refused = await errorOf(() => sql.query('select $1::uuid', [secret]))
    try {
      const { errors } = await server.ask('{ hello }')
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }])
      expect(JSON.stringify(errors)).not.toContain('canary')
      expect(server.lines).toContainEqual(expect.objectContaining({ err: expect.objectContaining({ code: '22P02' }) }))
      expect(JSON.stringify(server.lines)).not.toContain('canary')
    } finally {
      await server.close()
    }
  })
})

it('the line of what PostgreSQL says of itself has its words', async () => {
  const { log, lines } = keptLog()
  const error = await errorOf(() => sql.query('set statement_timeout = 1; select pg_sleep(10)'))
  log.error({ err: error }, 'unexpected fault')
  expect(lines).toMatchObject([{ err: { code: '57014', message: 'canceling statement due to statement timeout' } }])
})

it('what only has a code of five letters is told whole', () => {
  const { log, lines } = keptLog()
  log.error({ err: Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) }, 'unexpected fault')
  expect(lines).toMatchObject([{ err: { message: 'write EPIPE', code: 'EPIPE' } }])
})
