/** Reads a transfer check into integers, naming each field that does not fit. */
import { fheqLevels, isLevel, levelsExpected } from '../../values/credit.ts'
import { isDate } from '../../values/dates.ts'
import { compareDecimals, isDecimal } from '../../values/decimal.ts'
import { type Claim, InvalidTransferInput, type PolicyTerms, type QualificationTerms } from './check.rules.ts'
import { unitsOf } from './units.rules.ts'

/** More in one check is refused; the best placement of these is always looked for. */
const MOST_CLAIMS = 40

export interface ReadClaim {
  readonly claim: Claim
  readonly units: number
  /** FHEQ levels that the claim's level may stand for: one, or two for EQF 5. */
  readonly fheqLevels: readonly number[]
}

export interface ReadLevel {
  readonly level: number
  readonly requiredUnits: number
}

export interface ReadQualification {
  readonly totalUnits: number
  /** Ascending. */
  readonly levels: readonly ReadLevel[]
}

export interface ReadPolicy {
  readonly terms: PolicyTerms
  readonly maxUnits: number
  readonly granularityUnits: number
  readonly freeChoiceUnits: number
  readonly capUnitsByLevel: ReadonlyMap<number, number>
}

/** Throws InvalidTransferInput with the path of the first field at fault. */
export function readClaims(claims: readonly Claim[], asOf: string): ReadClaim[] {
  if (!isDate(asOf)) throw new InvalidTransferInput(['asOf'], expected('a calendar date such as 2026-11-23', asOf))
  if (claims.length > MOST_CLAIMS) {
    throw new InvalidTransferInput(
      ['claims'],
      `Expected at most ${MOST_CLAIMS} pieces of credit in one check, got ${claims.length}.`,
    )
  }
  const seen = new Set<string>()
  return claims.map((claim, index) => {
    if (seen.has(claim.ref)) {
      throw new InvalidTransferInput(['claims', String(index), 'ref'], `The ref "${claim.ref}" is given twice.`)
    }
    seen.add(claim.ref)
    return readClaim(claim, index, asOf)
  })
}

function readClaim(claim: Claim, index: number, asOf: string): ReadClaim {
  const units = unitsOf(claim.amount, claim.scheme)
  if (units === null || units === 0) throw at('amount', expected(positiveAmountExpected, claim.amount))
  if (!isLevel(claim.level, claim.framework)) {
    throw at('level', expected(levelsExpected(claim.framework), String(claim.level)))
  }
  if (!isDate(claim.awardedOn)) {
    throw at('awardedOn', expected('a calendar date such as 2026-11-23', claim.awardedOn))
  }
  if (claim.source !== 'CREDIT_RECORD' && claim.awardedOn > asOf) {
    throw at('awardedOn', expected(`a date not later than ${asOf}, the day of the question`, claim.awardedOn))
  }
  if (claim.grade !== null && !isGrade(claim.grade)) throw at('grade', expected(gradeExpected, claim.grade))
  return { claim, units, fheqLevels: fheqLevels(claim.level, claim.framework) }

  function at(field: string, message: string): InvalidTransferInput {
    return new InvalidTransferInput(['claims', String(index), field], message)
  }
}

/** Throws InvalidTransferInput with the path of the first field at fault. */
export function readQualification(qualification: QualificationTerms): ReadQualification {
  const totalUnits = amount(qualification.totalCredit, ['qualification', 'totalCredit'])
  const seen = new Set<number>()
  const levels = qualification.levels.map(({ level, credit }, index) => {
    const path = ['qualification', 'levels', String(index)]
    if (!isLevel(level, 'FHEQ')) {
      throw new InvalidTransferInput([...path, 'level'], expected(levelsExpected('FHEQ'), String(level)))
    }
    if (seen.has(level)) throw new InvalidTransferInput([...path, 'level'], `Level ${level} is given twice.`)
    seen.add(level)
    return { level, requiredUnits: amount(credit, [...path, 'credit']) }
  })
  return { totalUnits, levels: levels.sort((left, right) => left.level - right.level) }
}

/**
 * Also for whoever publishes a policy: what this accepts, the engine can answer from.
 * Throws InvalidTransferInput with the path of the first field at fault.
 */
export function readPolicy(terms: PolicyTerms, qualification: ReadQualification): ReadPolicy {
  checkDates(terms)
  checkLevels(terms)
  checkLimits(terms)
  const granularityUnits = amount(terms.granularity, ['policy', 'granularity'])
  if (granularityUnits === 0) {
    throw new InvalidTransferInput(['policy', 'granularity'], expected(positiveAmountExpected, terms.granularity))
  }
  return {
    terms,
    maxUnits: amount(terms.maxCredit, ['policy', 'maxCredit']),
    granularityUnits,
    freeChoiceUnits: amount(terms.freeChoiceMax, ['policy', 'freeChoiceMax']),
    capUnitsByLevel: readCaps(terms, qualification),
  }
}

function readCaps(terms: PolicyTerms, qualification: ReadQualification): Map<number, number> {
  const caps = new Map<number, number>()
  terms.levelCaps.forEach(({ level, credit }, index) => {
    const path = ['policy', 'levelCaps', String(index)]
    if (!qualification.levels.some((known) => known.level === level)) {
      const levels = qualification.levels.map((known) => known.level).join(', ')
      throw new InvalidTransferInput(
        [...path, 'level'],
        expected(`a level of the qualification (${levels})`, String(level)),
      )
    }
    if (caps.has(level)) throw new InvalidTransferInput([...path, 'level'], `Level ${level} is given twice.`)
    caps.set(level, amount(credit, [...path, 'credit']))
  })
  return caps
}

function checkDates({ effectiveFrom, effectiveTo }: PolicyTerms): void {
  if (!isDate(effectiveFrom)) {
    throw new InvalidTransferInput(
      ['policy', 'effectiveFrom'],
      expected('a calendar date such as 2026-11-23', effectiveFrom),
    )
  }
  if (effectiveTo !== null && (!isDate(effectiveTo) || effectiveTo < effectiveFrom)) {
    throw new InvalidTransferInput(
      ['policy', 'effectiveTo'],
      expected(`a calendar date not before ${effectiveFrom}`, effectiveTo),
    )
  }
}

function checkLevels({ acceptedLevels }: PolicyTerms): void {
  const wrong = acceptedLevels.findIndex((level) => !isLevel(level, 'FHEQ'))
  if (wrong < 0) return
  throw new InvalidTransferInput(
    ['policy', 'acceptedLevels', String(wrong)],
    expected(levelsExpected('FHEQ'), String(acceptedLevels[wrong])),
  )
}

function checkLimits({ minimumGrade, maximumAgeYears }: PolicyTerms): void {
  if (minimumGrade !== null && !isGrade(minimumGrade)) {
    throw new InvalidTransferInput(['policy', 'minimumGrade'], expected(gradeExpected, minimumGrade))
  }
  if (maximumAgeYears !== null && !(Number.isSafeInteger(maximumAgeYears) && maximumAgeYears >= 0)) {
    throw new InvalidTransferInput(
      ['policy', 'maximumAgeYears'],
      expected('a whole number of years, 0 or more', String(maximumAgeYears)),
    )
  }
}

const positiveAmountExpected = 'an amount above 0 and up to 100000000000 with at most two decimals'
const amountExpected = 'an amount from 0 to 100000000000 with at most two decimals'
const gradeExpected = 'a grade from 0 to 100'

function amount(text: string, field: readonly string[]): number {
  const units = unitsOf(text)
  if (units === null) throw new InvalidTransferInput(field, expected(amountExpected, text))
  return units
}

function isGrade(text: string): boolean {
  const near = Number(text)
  return isDecimal(text) && near >= 0 && (near < 100 || compareDecimals(text, '100') === 0)
}

function expected(what: string, got: string): string {
  return `Expected ${what}, got ${JSON.stringify(got)}.`
}
