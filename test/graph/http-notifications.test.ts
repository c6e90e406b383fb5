/** Tests that subscribers hear every committed change, even after a lost connection. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { Notifications } from '../../src/store/notifications.ts'
import { createDatabase, type TestDatabase } from '../support/world/postgres.ts'

let database: TestDatabase
let client: Client
let notifications: Notifications
let troubles: unknown[]

beforeEach(async () => {
  database = await createDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
  troubles = []
  notifications = new Notifications({ url: database.url, onTrouble: (error) => troubles.push(error) })
  await notifications.open()
})
afterEach(async () => {
  await notifications.close()
  await client.end()
  await database.drop()
})

const announce = (topic: string) => client.query('select pg_notify($1, $2)', ['gateway', topic])

describe('a subscriber', () => {
  it('hears of its topic, once the transaction commits, and of no other', async () => {
    const heard = notifications.subscribe('enrolment:1')
    const next = heard.next()
    await client.query('begin')
    await announce('enrolment:1')
    await client.query('rollback')
    await announce('enrolment:2')
    await announce('enrolment:1')
    expect(await next).toEqual({ done: false, value: 'enrolment:1' })
    const pending = await Promise.race([heard.next(), announce('enrolment:2').then(() => 'nothing')])
    expect(pending).toBe('nothing')
  })

  it('that is slow hears once of many changes, and nothing is kept for it', async () => {
    const slow = notifications.subscribe('enrolment:1')
    const last = notifications.subscribe('last').next()
    for (let change = 0; change < 1000; change += 1) await announce('enrolment:1')
    // Everything before it on this one connection has been heard once this is.
    await announce('last')
    await last
    expect(await slow.next()).toEqual({ done: false, value: 'enrolment:1' })
    const again = await Promise.race([slow.next(), announce('enrolment:2').then(() => 'nothing')])
    expect(again).toBe('nothing')
  })

  it('to many things hears of each that changed, once', async () => {
    const slow = notifications.subscribe('enrolments-of:1')
    const last = notifications.subscribe('last').next()
    for (const thing of ['a', 'b', 'a']) await announce(`enrolments-of:1/${thing}`)
    await announce('enrolments-of:2/c')
    await announce('last')
    await last
    expect((await slow.next()).value).toBe('enrolments-of:1/a')
    expect((await slow.next()).value).toBe('enrolments-of:1/b')
    const again = await Promise.race([slow.next(), announce('last').then(() => 'nothing')])
    expect(again).toBe('nothing')
  })

  it('that is slow, to more things than are kept for it, hears that any may have changed', async () => {
    const slow = notifications.subscribe('enrolments-of:1')
    const last = notifications.subscribe('last').next()
    for (let thing = 0; thing < 101; thing += 1) await announce(`enrolments-of:1/${thing}`)
    await announce('last')
    await last
    expect((await slow.next()).value).toBe('enrolments-of:1')
    const again = await Promise.race([slow.next(), announce('last').then(() => 'nothing')])
    expect(again).toBe('nothing')
  })

  it('that leaves is forgotten, also while it waits', async () => {
    const leaving = notifications.subscribe('enrolment:1')
    const next = leaving.next()
    expect(notifications.subscribers).toBe(1)
    await leaving.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(notifications.subscribers).toBe(0)
  })

  it('looks again after the connection was lost', async () => {
    const heard = notifications.subscribe('enrolment:1')
    const next = heard.next()
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gateway-notifications' and datname = current_database()",
    )
    expect(await next).toEqual({ done: false, value: 'enrolment:1' })
    expect(troubles).toHaveLength(1)
    const after = heard.next()
    await announce('enrolment:1')
    expect(await after).toEqual({ done: false, value: 'enrolment:1' })
  })

  it('is ended when the process goes away', async () => {
    const next = notifications.subscribe('enrolment:1').next()
    await notifications.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })
})
