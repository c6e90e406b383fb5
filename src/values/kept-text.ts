/** Decides which texts from outside can be kept, and read again as they were. */

/** PostgreSQL keeps no NUL, half a surrogate pair becomes the same as any other, and the rest forges lines of logs. */
export function canBeKept(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text)
}
