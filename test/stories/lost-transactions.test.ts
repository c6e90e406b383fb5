/** Tests that a transaction whose connection is lost costs the pool nothing. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MikroORM } from '@mikro-orm/postgresql'
import { databaseOptions } from '../../src/database.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'
import { type SilentProxy, startSilentProxy } from '../support/world/silent-proxy.ts'

let database: TestDatabase
let proxy: SilentProxy
let orm: MikroORM
beforeAll(async () => {
  database = await createDatabase()
  proxy = await startSilentProxy(database.url)
  // One connection, so that one that is lost for good stops everything.
  const options = databaseOptions(proxy.url, { poolSize: 1, statementMs: 500, onLine: () => undefined })
  orm = await MikroORM.init(options)
})
afterAll(async () => {
  await orm?.close()
  await proxy?.close()
  await database?.drop()
})

const write = (sql = 'select 7 as one') => inTransaction(orm.em, (tx) => tx.execute(sql))

describe.each(['begin', 'select 7', 'commit', 'rollback'])('cut at its %s', (statement) => {
  it.each([
    ['before it comes to PostgreSQL', true],
    ['before its answer comes back', false],
  ])('%s, the next one has the connection', async (_, before) => {
    const asked = new Set<number>()
    proxy.onPiece = ({ connection, toServer, bytes }) => {
      if (!toServer) return !asked.has(connection)
      if (!bytes.toString('latin1').includes(statement)) return true
      asked.add(connection)
      return !before
    }
    await expect(write(statement === 'rollback' ? 'select 1 / 0' : undefined)).rejects.toThrow()
    proxy.onPiece = null
    expect(asked.size).toBe(1)
    for (let times = 0; times < 3; times += 1) expect(await write()).toEqual([{ one: 7 }])
  })
})

it('a PostgreSQL that says nothing is given up, and the next one has another connection', async () => {
  await write()
  proxy.manner = 'silent'
  await expect(write()).rejects.toThrow('Query read timeout')
  proxy.manner = 'pass'
  expect(await write()).toEqual([{ one: 7 }])
})
