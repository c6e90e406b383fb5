/** Refuses an operator's reason that is blank or too long. */
import { InvalidInput, refusal } from '../graph/contract/user-error.ts'
import { charactersOf, LONGEST_REASON_CHARACTERS } from '../values/lengths.ts'

/** An InvalidInput refusal at `input.reason`; null when it can be kept. */
export function reasonRefusal(reason: string) {
  if (reason.trim() !== '' && charactersOf(reason.trim()) <= LONGEST_REASON_CHARACTERS) return null
  const message = `Give the reason in 1 to ${LONGEST_REASON_CHARACTERS} characters.`
  return refusal(InvalidInput, {}, message, ['input', 'reason'])
}
