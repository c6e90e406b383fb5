/** Tests that payloads are checked when jobs run, and keys begin with tasks. */
import { expect, it } from '@jest/globals'
import { z } from 'zod'
import { partnerJobs } from '../../src/partner-inbox/partner-jobs.ts'
import { defineJob } from '../../src/store/define-job.ts'

const weigh = defineJob({
  task: 'weigh',
  payload: z.object({
    stoneId: z.uuid(),
    scale: z.object({ kilograms: z.int() }).default({ kilograms: 5 }),
  }),
  key: ({ stoneId }) => stoneId,
  attempts: 7,
})
const stoneId = '0199a3f2-6d5c-7c0e-9b7e-2f4f6f3a1b11'

it('runs with what its payload says and no more, as its shape has it', async () => {
  const seen: unknown[] = []
  const job = weigh.runs(async (context: { by: string }, payload, { number }) => {
    seen.push(context.by, payload, number)
  })
  await job.run({ by: 'hand' }, { stoneId, _cron: { ts: 'now' } }, { number: 2 })
  expect(job.task).toBe('weigh')
  expect(seen).toEqual(['hand', { stoneId, scale: { kilograms: 5 } }, 2])
})

it.each([
  ['a field that is missing', {}, /job weigh does not fit\. stoneId: .*received undefined/],
  ['a field of another kind', { stoneId: 7 }, /stoneId: .*expected string, received number/],
  ['each of several', { stoneId: 'x', scale: { kilograms: 'y' } }, /stoneId: .*; scale\.kilograms: /],
  ['nothing at all', null, /job weigh does not fit\. it: .*expected object, received null/],
])('does not run with a payload that does not fit, and names %s', async (_what, payload, message) => {
  let ran = false
  const job = weigh.runs(async () => {
    ran = true
  })
  await expect(job.run(null, payload, { number: 1 })).rejects.toThrow(message)
  expect(ran).toBe(false)
})

it('runs by the clock with its own key and retry limit, when it needs no payload', () => {
  const sweep = defineJob({ task: 'sweep', payload: z.object({}), key: () => null, attempts: 3 })
  expect(sweep.cronLine('*/15 * * * *')).toBe('*/15 * * * * sweep ?jobKey=sweep&max=3')
  expect(() => weigh.cronLine('0 4 * * *')).toThrow('stoneId')
})

it('that was added for a notice before its payload said what the notice is about still runs', async () => {
  const seen: string[] = []
  const job = partnerJobs.handleEvent.runs(async (_context, { eventId }) => void seen.push(eventId))
  await job.run(null, { eventId: stoneId }, { number: 1 })
  expect(seen).toEqual([stoneId])
})
