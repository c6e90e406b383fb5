/** Tests the databases that test files are given. */
import { afterAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createDatabase, ensureTemplate, rowsOf, type TestDatabase } from '../support/world/postgres.ts'

const template = `template_of_${process.pid}`
const opened: TestDatabase[] = []
const open = async (options?: { template: string }) => {
  const database = await createDatabase(options)
  opened.push(database)
  return database
}

afterAll(async () => {
  await Promise.all(opened.map((database) => database.drop()))
})

it('prepares a template once, however many files ask for it at the same time', async () => {
  let prepared = 0
  const prepare = async (url: string) => {
    prepared += 1
    await rowsOf(url, 'create table course (slug text); insert into course values (1)')
  }
  await Promise.all([ensureTemplate(template, prepare), ensureTemplate(template, prepare)])
  expect(prepared).toBe(1)
})

it('gives each file a copy of its own', async () => {
  const [mine, yours] = await Promise.all([open({ template }), open({ template })])
  await rowsOf(mine.url, 'delete from course')
  expect(await rowsOf(mine.url, 'select slug from course')).toEqual([])
  expect(await rowsOf(yours.url, 'select slug from course')).toEqual([{ slug: '1' }])
})

it('makes a template again when its first preparation failed', async () => {
  const name = `${template}_again`
  await expect(ensureTemplate(name, () => Promise.reject(new Error('no migration')))).rejects.toThrow('no migration')
  await ensureTemplate(name, async (url) => void (await rowsOf(url, 'create table course (slug text)')))
  const copy = await open({ template: name })
  expect(await rowsOf(copy.url, 'select slug from course')).toEqual([])
})

it('drops a database even while somebody is connected', async () => {
  const database = await open()
  const client = new Client({ connectionString: database.url })
  client.on('error', () => {})
  await client.connect()
  await database.drop()
  await expect(client.query('select 1')).rejects.toThrow()
  await client.end().catch(() => {})
})
