/** States how much a transfer question, application, answer or policy may hold. */

/** Questions of one batch: a term's intake of one faculty. */
export const MOST_QUESTIONS = 1000
/** A check weighs 40 claims; the engine refuses a few more in its own words, with how many there are. */
export const MOST_LISTED_CLAIMS = 60
/** Reasons of one answer: a sentence for each rule and some more. */
export const MOST_REASONS = 20
/** FHEQ has eight levels, and a policy a row for each. */
export const MOST_FHEQ_LEVELS = 8
/** Courses, subjects or bodies that a policy lists: as many as a large catalogue has. */
export const MOST_POLICY_NAMES = 1000
/** A clause belongs to a rule, of which there are a dozen. */
export const MOST_CLAUSES = 50
/**
 * Of a policy as JSON: all clauses at their longest, and lists of 1,000 names of usual length. What judges by it is priced
 * without knowing it, and takes 0.2 ms longer for one of this length; three times that without this limit.
 */
export const MOST_POLICY_CHARACTERS = 250_000
