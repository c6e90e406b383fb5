/** The clock of all requests: each passes in its turn, at its time, and none that was met. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { Deadlines } from '../../src/http/deadlines.ts'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

it('passes what is not met, each at its own time, and forgets all of it', () => {
  const deadlines = new Deadlines(1000)
  const passed: string[] = []
  const set = (name: string) => deadlines.set(() => passed.push(name))
  const after = (ms: number) => {
    jest.advanceTimersByTime(ms)
    return [...passed]
  }
  const first = set('first')
  after(300)
  set('second')
  after(300)
  const third = set('third')
  set('fourth')
  deadlines.met(first)
  expect(after(699)).toEqual([])
  expect(after(1)).toEqual(['second'])
  deadlines.met(third)
  expect(after(299)).toEqual(['second'])
  expect(after(1)).toEqual(['second', 'fourth'])
  expect(jest.getTimerCount()).toBe(0)
  set('fifth')
  expect(after(1000)).toEqual(['second', 'fourth', 'fifth'])
  expect(after(10_000)).toEqual(['second', 'fourth', 'fifth'])
})
