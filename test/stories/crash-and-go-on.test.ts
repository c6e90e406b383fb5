/** Tests a few cells of the crash matrix, which end as if nothing failed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cells, type faults, quickCalls, walk } from '../support/money/chaos.ts'
import { inWords, killings, walkKilled } from '../support/money/chaos-kills.ts'
import type { Method } from '../support/money/chaos-ways.ts'
import { startWorld, type World } from '../support/world/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ limits: quickCalls })
})
afterAll(() => world?.close())

type Sample = [method: Method, step: string, operation: string, fault: (typeof faults)[number]]

describe('a learner whose gateway is failed', () => {
  it.each<Sample>([
    ['CARD', 'open', 'checkout.sessions.create', 'timeout_after'],
    ['PAYPAL', 'take', 'orders.capture', 'reset_after'],
    ['CARD', 'register', 'program_enrolments.create', 'malformed'],
    ['CARD', 'compensate', 'refunds.create', 'http_500'],
    ['PAYPAL', 'refund', 'captures.refund', 'http_429'],
    ['CARD', 'cancel', 'checkout.sessions.expire', 'http_503'],
  ])('by %s at %s, where %s answers with %s, loses nothing', async (method, step, operation, fault) => {
    const cell = cells(method).find((one) => one.step === step && one.operation === operation)
    if (!cell) throw new Error('the matrix has no such cell')
    expect((await walk(world, cell, fault)).broken).toEqual([])
  })
})

it('a learner whose gateway is killed by -9 when the money is taken and nobody knows it yet loses nothing', async () => {
  const killing = killings('PAYPAL').find((one) => inWords(one) === 'DONE orders.capture')
  if (!killing) throw new Error('the matrix has no such moment')
  expect((await walkKilled(world, killing)).broken).toEqual([])
})
