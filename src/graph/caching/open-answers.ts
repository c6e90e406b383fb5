/** Opens the answer cache: in this process, and in Redis when configured. */
import { ResponseCache } from './response-cache.ts'

/** `onTrouble` hears of Redis failing; meanwhile each replica has its own answers. */
export async function openAnswers(
  redisUrl: string | null,
  now: () => Date,
  onTrouble: (error: unknown) => void,
): Promise<ResponseCache> {
  if (redisUrl === null) return new ResponseCache({ now })
  const { openRedis } = await import('../limits/shared-rate-limit.ts')
  const { RedisSharedAnswers } = await import('./shared-answers.ts')
  return new ResponseCache({ now, shared: new RedisSharedAnswers(openRedis(redisUrl), onTrouble) })
}
