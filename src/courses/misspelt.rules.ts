/** Decides whether a word may be another one, misspelt. */

/** Shorter words are too much alike. */
export const SHORTEST_MISSPELT_LETTERS = 5
const TWO_WRONG_FROM_LETTERS = 8

/** How many letters of it may be wrong. */
const lettersWrong = (length: number): number =>
  length < SHORTEST_MISSPELT_LETTERS ? 0 : length < TWO_WRONG_FROM_LETTERS ? 1 : 2

/** Whether `asked` becomes `word` by one letter added, left out, changed or swapped with its neighbour, two in long words. */
export function mayBeMisspelt(asked: string, word: string): boolean {
  const [from, to] = [[...asked], [...word]]
  const most = lettersWrong(from.length)
  return Math.abs(from.length - to.length) <= most && distance(from, to) <= most
}

/** Of optimal string alignment: Levenshtein's, in which two letters that were swapped are one mistake. */
function distance(from: readonly string[], to: readonly string[]): number {
  let beforeLast: number[] = []
  let last = [0, ...to.map((_, at) => at + 1)]
  for (const [row, letter] of from.entries()) {
    const now = [row + 1]
    for (const [column, other] of to.entries()) {
      const changed = last[column]! + (letter === other ? 0 : 1)
      const swapped = letter === to[column - 1] && from[row - 1] === other ? beforeLast[column - 1]! + 1 : changed
      now.push(Math.min(changed, swapped, last[column + 1]! + 1, now[column]! + 1))
    }
    beforeLast = last
    last = now
  }
  return last[to.length]!
}
