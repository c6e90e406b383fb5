/** Tests which lines of a crontab would have run within a time. */
import { expect, it } from '@jest/globals'
import { cronDue } from '../../src/store/cron-due.rules.ts'

it.each<[string, string, string, boolean]>([
  ['*/5 * * * *', '2026-12-01T10:00:00Z', '2026-12-01T10:04:59Z', false],
  ['*/5 * * * *', '2026-12-01T10:00:00Z', '2026-12-01T10:05:00Z', true],
  ['*/5 * * * *', '2026-12-01T10:00:30Z', '2026-12-01T10:00:40Z', false],
  ['0 3 * * *', '2026-12-01T03:00:00Z', '2026-12-02T02:59:00Z', false],
  ['0 3 * * *', '2026-12-01T03:00:00Z', '2026-12-02T03:00:00Z', true],
  ['0 3 1 * *', '2026-12-01T03:00:00Z', '2031-12-01T02:00:00Z', true],
])('%s after %s and until %s: %s', (schedule, from, to, due) => {
  expect(cronDue(`${schedule} task ?jobKey=task&max=3`, new Date(from), new Date(to))).toBe(due)
})
