/** Tests that callers are let in by share and in turn. */
import { describe, expect, it } from '@jest/globals'
import { FairGate, GateFull, OWN_WORK } from '../../src/values/fair-gate.ts'

const limits = { inside: 3, insidePerCaller: 2, waiting: 5, waitingPerCaller: 3 }
const staying = new AbortController().signal

/** A gate, and the order in which those who waited went in. */
function setUp(given: Partial<typeof limits> = {}) {
  const gate = new FairGate({ ...limits, ...given })
  const entered: string[] = []
  const come = (caller: string, name = caller, signal = staying) => {
    if (gate.isOpenTo(caller)) {
      gate.enter(caller)
      entered.push(name)
      return Promise.resolve()
    }
    return gate.wait(caller, signal).then(() => void entered.push(name))
  }
  return { gate, entered, come }
}

describe('a gate', () => {
  it('lets a caller in up to their share, and others beside them', async () => {
    const { gate, entered, come } = setUp()
    for (const name of ['a1', 'a2', 'a3']) void come('a', name)
    void come('b')
    expect(entered).toEqual(['a1', 'a2', 'b'])
    gate.leave('a')
    await new Promise(setImmediate)
    expect(entered).toEqual(['a1', 'a2', 'b', 'a3'])
  })

  it('lets those who wait in one of each caller in turn, however many one of them has brought', async () => {
    const { gate, entered, come } = setUp({ inside: 1, insidePerCaller: 1 })
    void come('first')
    for (const name of ['a1', 'a2', 'a3']) void come('a', name)
    void come('b', 'b1')
    void come('c', 'c1')
    for (const caller of ['first', 'a', 'b', 'c', 'a']) {
      gate.leave(caller)
      await new Promise(setImmediate)
    }
    expect(entered).toEqual(['first', 'a1', 'b1', 'c1', 'a2', 'a3'])
  })

  it('passes over whoever has their whole share inside', async () => {
    const { gate, entered, come } = setUp()
    for (const name of ['a1', 'a2', 'a3']) void come('a', name)
    void come('b', 'b1')
    void come('b', 'b2')
    gate.leave('b')
    await new Promise(setImmediate)
    expect(entered).toEqual(['a1', 'a2', 'b1', 'b2'])
  })

  it('turns away whoever is one too many, of one caller or in all', async () => {
    const { come } = setUp({ inside: 1 })
    void come('a')
    const waiting = ['a', 'a', 'a', 'b', 'b'].map((caller) => come(caller))
    await expect(come('a')).rejects.toBeInstanceOf(GateFull)
    await expect(come('c')).rejects.toBeInstanceOf(GateFull)
    expect(waiting).toHaveLength(5)
  })

  it('forgets whoever leaves while waiting', async () => {
    const { gate, entered, come } = setUp({ inside: 1, waitingPerCaller: 1 })
    void come('a')
    const leaving = new AbortController()
    const left = come('b', 'gone', leaving.signal)
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    void come('b', 'stays')
    gate.leave('a')
    await new Promise(setImmediate)
    expect(entered).toEqual(['a', 'stays'])
  })

  it('gives the own work no share of its own, and its turn', async () => {
    const { gate, entered, come } = setUp()
    for (const name of ['1', '2', '3', '4']) void come(OWN_WORK, name)
    void come('a')
    gate.leave(OWN_WORK)
    gate.leave(OWN_WORK)
    await new Promise(setImmediate)
    expect(entered).toEqual(['1', '2', '3', '4', 'a'])
  })

  it('counts what is heavy as several, and lets what is heavier than a share in by itself', async () => {
    const gate = new FairGate({ inside: 6, insidePerCaller: 3, waiting: 5, waitingPerCaller: 4 })
    gate.enter('a', 2)
    expect([gate.isOpenTo('a', 2), gate.isOpenTo('a', 1)]).toEqual([false, true])
    let entered = false
    const heavy = gate.wait('a', staying, 9).then(undefined, (error: unknown) => error)
    expect(await heavy).toBeInstanceOf(GateFull)
    const fitting = gate.wait('a', staying, 4).then(() => {
      entered = true
    })
    gate.leave('a', 2)
    await fitting
    expect(entered).toBe(true)
    expect([gate.isOpenTo('a'), gate.isOpenTo('b', 3)]).toEqual([false, false])
  })
})
