/** Estimates how many bits there are to guess in a secret. */

/** Sizes of the alphabets that a secret draws from; a secret of two of them draws from both. */
const alphabets: readonly (readonly [pattern: RegExp, size: number])[] = [
  [/[0-9]/, 10],
  [/[a-f]/, 6],
  [/[g-z]/, 20],
  [/[A-F]/, 6],
  [/[G-Z]/, 20],
  [/[^0-9A-Za-z]/, 32],
]
/** One of the 2,000 words that people think of first. */
const WORD_BITS = 11
const LONGEST_WORD_CHARACTERS = 8
const word = /[A-Z]?[a-z]{3,}|[A-Z]{4,}/g

/**
 * What repeats counts once, what counts up or down or stays the same is not counted, letters in a row are words, and
 * every other character is taken for random. Nothing is looked up: a secret is judged by how it can have been made.
 */
export function bitsOf(secret: string): number {
  const unpredictable = withoutRuns(withoutRepeats(secret))
  const words = (unpredictable.match(word) ?? []).filter(({ length }) => length >= 4)
  const wordBits = words.reduce((sum, { length }) => sum + WORD_BITS * Math.ceil(length / LONGEST_WORD_CHARACTERS), 0)
  const wordCharacters = words.reduce((sum, { length }) => sum + length, 0)
  const separators = words.length > 0 ? (unpredictable.match(/[\s._-]/g) ?? []).length : 0
  const others = unpredictable.length - wordCharacters - separators
  return wordBits + others * Math.log2(alphabetOf(unpredictable))
}

const alphabetOf = (text: string): number =>
  alphabets.reduce((sum, [pattern, size]) => (pattern.test(text) ? sum + size : sum), 0) || 1

/** The shortest beginning of which the whole is a repetition, the last time perhaps cut off. */
function withoutRepeats(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    if (text.startsWith(text.slice(length))) return text.slice(0, length)
  }
  return text
}

/** Of `aaaa`, `1234` and `dcba` only the first two. */
function withoutRuns(text: string): string {
  const step = (index: number) => text.charCodeAt(index) - text.charCodeAt(index - 1)
  return Array.from({ length: text.length }, (_, index) => index)
    .filter((index) => index < 2 || Math.abs(step(index)) > 1 || step(index) !== step(index - 1))
    .map((index) => text[index])
    .join('')
}
