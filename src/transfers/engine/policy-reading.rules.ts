/** Prepares a policy's lists as sets and words, once for all claims. */
import { canonicalDecimal } from '../../values/decimal.ts'
import type { PolicyTerms, TransferRule } from './check.rules.ts'
import type { ReadPolicy } from './check-input.rules.ts'

export interface Reading {
  readonly terms: PolicyTerms
  readonly clauses: ReadonlyMap<TransferRule, string>
  readonly bodies: ReadonlySet<string>
  readonly bodiesText: string
  readonly acceptedText: string
  readonly subjectsText: string
  readonly coursesText: string
  readonly freeChoice: boolean
  readonly freeChoiceText: string
  readonly minimumText: string
}

/** Of a policy's own terms alone: all checks of a batch that are judged by one policy share it. */
const readings = new WeakMap<PolicyTerms, Reading>()

export function readingOf(policy: ReadPolicy): Reading {
  const known = readings.get(policy.terms) ?? read(policy)
  readings.set(policy.terms, known)
  return known
}

function read({ terms, freeChoiceUnits }: ReadPolicy): Reading {
  const clauses = new Map<TransferRule, string>()
  for (const { rule, text } of terms.clauses) {
    const before = clauses.get(rule)
    clauses.set(rule, before === undefined ? text : `${before} ${text}`)
  }
  return {
    terms,
    clauses,
    bodies: new Set(terms.recognisedAwardingBodies.map(asciiLowerCase)),
    bodiesText: listed(terms.recognisedAwardingBodies),
    acceptedText: terms.acceptedLevels.length === 0 ? 'no level' : `FHEQ level ${listed(terms.acceptedLevels)}`,
    subjectsText: listed(terms.subjects),
    coursesText: listed(terms.allowedCourses),
    freeChoice: freeChoiceUnits > 0,
    freeChoiceText: canonicalDecimal(terms.freeChoiceMax),
    minimumText: terms.minimumGrade === null ? '' : canonicalDecimal(terms.minimumGrade),
  }
}

/** More than this many are not read to the end, and would make each of a check's messages as long as its policy. */
const MOST_LISTED_NAMES = 12

/** "4, 5 or 6"; of a long list its beginning, and how many more there are. */
function listed(values: readonly (string | number)[]): string {
  if (values.length > MOST_LISTED_NAMES) {
    return `${values.slice(0, MOST_LISTED_NAMES).join(', ')} or one of ${values.length - MOST_LISTED_NAMES} more`
  }
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/** Awarding bodies are compared without regard to the case of the letters A to Z. */
export function asciiLowerCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}
