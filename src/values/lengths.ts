/** States how long the texts and lists of inputs may be, wherever they occur. */

/** Titles, subjects and names of bodies: the longest of the catalogue and the register has some 120. */
export const LONGEST_NAME_CHARACTERS = 200
/** Slugs are made of names. */
export const LONGEST_SLUG_CHARACTERS = 200
/** More words narrow no search further. */
export const LONGEST_SEARCH_CHARACTERS = 200
/** Names that callers choose themselves, for requests and what is in them: a uuid has 36, and some put several together. */
export const LONGEST_KEY_CHARACTERS = 200
/** Names that providers give to sessions, orders and captures: Stripe's longest here has 66. */
export const LONGEST_REFERENCE_CHARACTERS = 200
/** How something was paid, e.g. bank transfer. */
export const LONGEST_METHOD_CHARACTERS = 100
/** Language tags: BCP 47 asks for room for 35. */
export const LONGEST_TAG_CHARACTERS = 64
/** What a person writes in answer to a person, a paragraph at most. */
export const LONGEST_SENTENCE_CHARACTERS = 2000
/** Reasons that operators read in a column beside others. */
export const LONGEST_REASON_CHARACTERS = 500
/** States of one thing: none has more than a dozen, and all may be asked for. */
export const MOST_STATUSES = 20

/** Counts characters as people do, not the halves in which JavaScript keeps rare ones. */
export function charactersOf(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at++) {
    if (isHalf(text.charCodeAt(at), 0xd800) && isHalf(text.charCodeAt(at + 1), 0xdc00)) {
      count -= 1
      at += 1
    }
  }
  return count
}

/** Whether a code unit is of the 1024 from there on. */
const isHalf = (unit: number, from: number): boolean => unit >= from && unit < from + 0x400
