/** Tests that policy versions never overlap and a successor ends an open version. */
import { expect, it } from '@jest/globals'
import { overlapped } from '../../src/transfers/engine/policy-dates.rules.ts'

const version = (effectiveFrom: string, declaredEffectiveTo: string | null = null) => ({
  effectiveFrom,
  declaredEffectiveTo,
})
const open = version('2024-01-01')
const closed = version('2024-01-01', '2024-12-31')
const ended = version('2022-01-01')

it.each([
  ['the first version', [], '2020-01-01', null, null],
  ['a start inside an open version', [open], '2025-01-01', null, null],
  ['a start and an end inside an open version', [open], '2025-01-01', '2025-06-30', null],
  ['the same first day', [open], '2024-01-01', null, open],
  ['an open start before an open version', [open], '2023-01-01', null, open],
  ['an end on the day before the next starts', [open], '2023-01-01', '2023-12-31', null],
  ['an end on the day that the next starts', [open], '2023-01-01', '2024-01-01', open],
  ['a start on the last day of a closed version', [closed], '2024-12-31', null, closed],
  ['a start on the day after a closed version', [closed], '2025-01-01', null, null],
  ['a start inside a version that a later one ended', [open, ended], '2023-06-01', '2023-06-30', ended],
  ['a start inside an open version after an ended one', [open, ended], '2025-01-01', null, null],
])('%s', (_title, versions, effectiveFrom, effectiveTo, found) => {
  expect(overlapped(versions, { effectiveFrom, effectiveTo })).toBe(found)
})
