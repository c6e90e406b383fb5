/** Tests that rows hold pg's own values, but exact numbers and days as text. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { ReadConnection } from '../../src/reading/connection/read-connection.ts'
import { statement } from '../../src/reading/statement.ts'
import { openReadingDatabase, type ReadingDatabase } from './reading-database.ts'

let database: ReadingDatabase
let read: ReadConnection
beforeAll(async () => {
  database = await openReadingDatabase()
  read = database.open()
  await database.client.query('set timezone to UTC')
})
afterAll(() => database?.close())

it('names are camel-cased, and columns with a dot in their name make objects, null when their first is', async () => {
  const nested = statement<object>(
    'nested',
    `select 1 as id, 'x' as long_name_of_it, 2 as "run_here.id", null as "run_here.starts_at",
      3 as "run_here.course.id", null::int as "payment.id", 4 as "payment.amount"`,
  )
  const row = { id: 1, longNameOfIt: 'x', runHere: { id: 2, startsAt: null, course: { id: 3 } }, payment: null }
  // Its columns are known at the second time
  expect(await read.rows(nested)).toEqual([row])
  expect(await read.rows(nested)).toEqual([row])
})

it('exact numbers and days are text, instants Dates, counts numbers', async () => {
  const kinds = statement<object>(
    'kinds',
    `select 12.50::numeric as amount, 12345678901234567890.1234567890::numeric as exact, date '2026-11-23' as day, timestamptz '2026-11-23 09:00:00.120Z' as instant,
      count(*) as count, array['a', null, 'b,"c'] as texts, '{"a": [1.5]}'::jsonb as json, true as yes, null as nothing`,
  )
  expect(await read.row(kinds)).toEqual({
    amount: '12.50',
    exact: '12345678901234567890.1234567890',
    day: '2026-11-23',
    instant: new Date('2026-11-23T09:00:00.120Z'),
    count: 1,
    texts: ['a', null, 'b,"c'],
    json: { a: [1.5] },
    yes: true,
    nothing: null,
  })
  expect(await read.row(statement('none', 'select 1 as one where false'))).toBeNull()
})

it('whatever is stored is read as pg reads it', async () => {
  const text = `select $1::timestamptz as instant, $2::int as int, $3::float8 as float, $4::text as text, $5::jsonb as json,
    $6::bool as bool, $7::text[] as texts, $8::uuid as uuid, $9::bytea as bytes`
  const all = statement<object>('all', text)
  const texts = fc.string({ unit: 'binary' }).map((given) => given.replaceAll('\0', ''))
  const instant = fc.date({
    min: new Date('1000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 5 })
  const row = fc.tuple(
    orNull(instant),
    orNull(fc.integer()),
    orNull(fc.double({ noNaN: true })),
    orNull(texts),
    orNull(fc.dictionary(fc.constantFrom('a', 'b'), fc.integer())),
    orNull(fc.boolean()),
    orNull(fc.array(orNull(texts))),
    orNull(fc.uuid()),
    orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
      const answers = await Promise.all(rows.map((values) => read.row(all, values)))
      for (const [at, values] of rows.entries()) {
        expect(answers[at]).toEqual((await database.client.query(text, values)).rows[0])
      }
    }),
    { numRuns: 50 },
  )
})
