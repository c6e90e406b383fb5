/** Joins text with gaps that promises will fill. */

/** Text, or a promise of it where something has to be waited for. */
export type Piece = string | Promise<string>

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** The whole text once its gaps are filled; rejects with the first that fails. */
export function joined(pieces: readonly Piece[]): Promise<string> {
  const [before, gap, after] = pieces
  if (pieces.length === 3 && typeof gap !== 'string' && gap !== undefined) {
    return gap.then((text) => `${before as string}${text}${after as string}`)
  }
  return Promise.all(pieces).then((texts) => texts.join(''))
}

/** What was under way beside a failure is heard to its end, so that nothing of it is left to nobody. */
export async function failAfter(pieces: readonly Piece[], error: unknown): Promise<never> {
  await Promise.allSettled(pieces)
  throw error
}
