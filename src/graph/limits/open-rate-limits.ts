/** Chooses where budgets are kept: in this process, or in Redis when there is one. */
import { type Budgets, MemoryBudgets } from './budget.ts'

/**
 * The budgets of this process, or of all replicas when `redisUrl` is given. `onTrouble` hears of Redis failing;
 * meanwhile each replica keeps its own.
 */
export async function openBudgets(redisUrl: string | null, onTrouble: (error: unknown) => void): Promise<Budgets> {
  if (redisUrl === null) return new MemoryBudgets()
  const { openRedis, SharedBudgets } = await import('./shared-budget.ts')
  return new SharedBudgets(openRedis(redisUrl), onTrouble)
}
