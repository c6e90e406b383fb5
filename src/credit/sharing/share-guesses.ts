/** Bounds the wrong share codes that a caller may try. */
import type { Context } from '../../context.ts'
import { rateLimited } from '../../graph/contract/errors.ts'

/** Wrong codes at once, and those that are forgiven each second. Codes that open something cost nothing. */
const size = { points: 100, restorePerSecond: 1 }

/** A batch of questions may bring many codes, old ones among them: it is answered, and its caller waits afterwards. */
const MOST_DEBT_POINTS = 1000
const sizeWithDebt = { ...size, points: size.points + MOST_DEBT_POINTS }

const keyOf = ({ viewer }: Context) => `share-codes:${viewer.key}`

/** Before any code is looked up. Throws RATE_LIMITED when too many before have opened nothing. */
export async function requireShareGuess(context: Context): Promise<void> {
  const { granted, retryAfterSeconds } = await context.rateLimits.take(keyOf(context), size, 1)
  if (granted) return
  throw rateLimited(`Too many codes that open nothing; try again in ${retryAfterSeconds} s.`, retryAfterSeconds)
}

/** Afterwards: `misses` of the codes have opened nothing. One has been taken already. */
export async function settleShareGuess(context: Context, misses: number): Promise<void> {
  if (misses === 0) context.rateLimits.giveBack(keyOf(context), size, 1)
  else if (misses > 1)
    await context.rateLimits.take(keyOf(context), sizeWithDebt, Math.min(misses - 1, MOST_DEBT_POINTS))
}
