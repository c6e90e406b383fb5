/** Waits for the first event of a stream while something keeps happening. */
import type { LocalWorld } from './local-world.ts'

const AGAIN_AFTER_MS = 400

/**
 * Opens a stream and resolves with its first event. `happen` is called once the stream had time to open, and again
 * until an event is there, since a client does not say when its subscription is heard.
 */
export async function firstEvent(
  happen: () => Promise<void>,
  open: (next: (data: unknown) => void, error: (problem: unknown) => void) => undefined | (() => void),
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  let over = false
  const close = open(resolve, reject)
  const happening = async () => {
    for (let times = 0; times < 3 && !over; times += 1) {
      await new Promise((turn) => setTimeout(turn, AGAIN_AFTER_MS))
      if (!over) await happen()
    }
  }
  happening().catch(reject)
  try {
    return await promise
  } finally {
    over = true
    close?.()
  }
}

/**
 * A learner whose first token ends in a moment, while every further one holds. `happen` waits until a client has asked
 * for its second, as it does when its stream was closed, and only then changes something.
 */
export async function learnerWithEndingToken(world: LocalWorld) {
  const learner = await world.newLearner()
  const again = Promise.withResolvers<void>()
  let asked = 0
  return {
    async token(): Promise<string> {
      asked += 1
      if (asked === 2) again.resolve()
      return world.token(learner.persona, asked === 1 ? 2 : 600)
    },
    async happen(): Promise<void> {
      await again.promise
      await learner.enrol()
    },
  }
}
