/** Waits for the first event of a stream while something keeps happening. */

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
