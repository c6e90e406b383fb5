/** Tests that each job is defined once, added by its definition, and handed over. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { crontab, jobs } from '../../src/jobs.ts'

/** What each call that adds a job names first: its task, in SQL. */
const addedIn = (text: string) => [...text.matchAll(/\badd_?jobs?\s*\(\s*['"`]?(\w*)/gi)].map(([, first]) => first)
const definedIn = (text: string) => [...text.matchAll(/\bdefineJob\(\{\s*task: '(\w+)'/g)].map(([, task]) => task)

const texts = globSync('{src,test}/**/*.ts', { exclude: ['**/node_modules/**'] }).map(
  (file) => [file, readFileSync(file, 'utf8')] as const,
)
const sources = texts.filter(([file]) => file.startsWith('src/') && file !== 'src/store/define-job.ts')
const tasks = sources.flatMap(([, text]) => definedIn(text))

describe('a job', () => {
  it('is added by its definition alone: the worker is asked in one place', () => {
    expect(addedIn(`select graphile_worker.add_job('a'); addJob(tx, 'b')`)).toEqual(['a', 'tx'])
    expect(sources.filter(([, text]) => addedIn(text).length > 0).map(([file]) => file)).toEqual([])
  })

  it('is not added by name in a test either, but for those that test the worker with tasks of their own', () => {
    const named = texts
      .filter(([file]) => file.startsWith('test/') && file !== 'test/house/jobs.test.ts')
      .flatMap(([, text]) => addedIn(text))
    expect([...new Set(named)].sort()).toEqual(['a_task_of_nobody', 'ask', 'weigh'])
  })

  it('has a task that no other has, and so a key and one retry limit of its own', () => {
    expect(tasks.length).toBeGreaterThan(10)
    expect(new Set(tasks).size).toBe(tasks.length)
    const defined = sources.reduce((sum, [, text]) => sum + text.split('defineJob(').length - 1, 0)
    expect(defined).toBe(tasks.length)
  })

  it('is handed to the worker, once', () => {
    expect(jobs.map(({ task }) => task).sort()).toEqual([...tasks].sort())
  })
})

it('what runs by the clock has the key and the retry limit that it has when it is added', () => {
  expect(crontab({ syncEveryMinutes: 5 })).toEqual([
    '*/5 * * * * sync_catalogue ?jobKey=sync_catalogue&max=25',
    '*/5 * * * * sync_registrations ?jobKey=sync_registrations&max=25',
    '*/15 * * * * reconcile ?jobKey=reconcile&max=3',
    '0 * * * * probe_permissions ?jobKey=probe_permissions&max=3',
    '30 3 * * * learn_settlements ?jobKey=learn_settlements&max=3',
    '20 * * * * send_waiting_messages ?jobKey=send_waiting_messages&max=1',
  ])
})
