/** Budgets that replicas share: two of them draw on one bucket, and neither stops when Redis does. */
import { describe, expect, it } from '@jest/globals'
import RedisInMemory from 'ioredis-mock'
import { openBudgets } from '../../src/graph/open-budgets.ts'
import { SharedBudgets } from '../../src/graph/shared-budget.ts'

const size = { points: 100, restorePerSecond: 0.001 }

/** Two replicas on one Redis of their own. */
function replicas() {
  const host = `redis-${Math.random()}`
  const unexpected = (error: unknown) => {
    throw error
  }
  return [1, 2].map(() => new SharedBudgets(new RedisInMemory({ host }), unexpected)) as [SharedBudgets, SharedBudgets]
}

describe('shared budgets', () => {
  it('are one bucket for all replicas', async () => {
    const [one, other] = replicas()
    expect(await one.charge('a', size, 60)).toEqual({ granted: true, remaining: 40, retryAfterSeconds: 0 })
    expect(await other.charge('a', size, 60)).toMatchObject({ granted: false, remaining: 40 })
    expect(await other.charge('b', size, 60)).toMatchObject({ granted: true })
    one.giveBack('a', size, 60)
    expect(await other.charge('a', size, 60)).toMatchObject({ granted: true })
    await Promise.all([one.close(), other.close()])
  })

  it('grant no more than there is, however many ask at once', async () => {
    const [one, other] = replicas()
    const charges = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? one : other).charge('a', size, 10)))
    expect(charges.filter(({ granted }) => granted)).toHaveLength(10)
    await Promise.all([one.close(), other.close()])
  })

  it("are each replica's own while Redis is away, and say so", async () => {
    const troubles: unknown[] = []
    const budgets = await openBudgets('redis://127.0.0.1:1', (error) => troubles.push(error))
    expect(await budgets.charge('a', size, 60)).toMatchObject({ granted: true, remaining: 40 })
    expect(await budgets.charge('a', size, 60)).toMatchObject({ granted: false })
    expect(troubles.length).toBeGreaterThan(0)
    await budgets.close()
  })
})
