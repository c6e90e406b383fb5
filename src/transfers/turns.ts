/** Runs long decisions in turns, so that other requests are not held up. */

/** After deciding for so long at a stretch, in ms, whatever else waits has its turn. */
const SLICE_MS = 20

let decidingMs = 0
let nextTurn: Promise<void> | null = null

/** Resolves once the process has looked after everything that was waiting. */
export function afterOthers(): Promise<void> {
  nextTurn ??= new Promise((resolve) => {
    setImmediate(() => {
      decidingMs = 0
      nextTurn = null
      resolve()
    })
  })
  return nextTurn
}

/** What `decide` says, at once or after others have had their turn. Throws when the signal is aborted by then. */
export async function inTurn<Result>(signal: AbortSignal, decide: () => Result): Promise<Result> {
  while (decidingMs >= SLICE_MS) {
    await afterOthers()
    signal.throwIfAborted()
  }
  const beganMs = performance.now()
  try {
    return decide()
  } finally {
    decidingMs += performance.now() - beganMs
  }
}
