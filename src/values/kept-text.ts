/** Decides which texts from outside can be kept, and read again as they were. */

export const EXPECTED_STORABLE = 'expected text without the character NUL and without half of a surrogate pair'

/** PostgreSQL keeps no NUL, and half a surrogate pair becomes the same as any other, or a fault inside JSON. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

/** Storable, and without the characters that forge lines of logs. */
export function canBeKeptText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}
