/** Tests when a captured payment is asked about again. */
import { expect, it } from '@jest/globals'
import { nextLook } from '../../src/payments/next-look.rules.ts'

const captured = new Date('2026-12-01T10:00:00.000Z')

it.each([
  { looked: '2026-12-01T10:00:00.000Z', next: '2026-12-08T10:00:00.000Z' },
  { looked: '2026-12-20T03:00:00.000Z', next: '2026-12-27T03:00:00.000Z' },
  { looked: '2027-05-23T10:00:00.000Z', next: '2027-05-30T10:00:00.000Z' },
  { looked: '2027-05-23T10:00:00.001Z', next: null },
])('looked at $looked it is asked about again at $next', ({ looked, next }) => {
  expect(nextLook(captured, new Date(looked))?.toISOString() ?? null).toBe(next)
})
