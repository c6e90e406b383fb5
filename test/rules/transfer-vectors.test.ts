/** Tests every field of the worked cases of transfer eligibility. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import type { Claim, Decision, PolicyTerms, QualificationTerms } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'

interface WorkedCase {
  readonly name: string
  readonly claims: readonly Omit<Claim, 'source'>[]
  readonly policy: PolicyTerms | null
  readonly qualification: QualificationTerms
  readonly asOf: string
  readonly participating?: boolean
  readonly expected: unknown
}

const vectors = new URL('transfer-vectors.json', import.meta.url)
const cases: readonly WorkedCase[] = JSON.parse(readFileSync(vectors, 'utf8'))

describe('the worked cases', () => {
  it('are all there', () => {
    expect(cases).toHaveLength(63)
  })

  it.each(cases)('$name', ({ claims, policy, qualification, asOf, participating, expected }) => {
    const records = claims.map((claim) => ({ ...claim, source: 'CREDIT_RECORD' as const }))
    const decision = decideTransfer({
      claims: records,
      policy,
      qualification,
      asOf,
      ...(participating === undefined ? {} : { participating }),
    })
    expect(stated(decision)).toEqual(expected)
  })
})

/** The answer in the form in which the worked cases state it. */
function stated(decision: Decision): unknown {
  const { outcome, transferable, potential, remaining, validUntil } = decision
  const more = decision.improvements.find(({ kind }) => kind === 'MORE_CREDIT')
  return {
    outcome,
    transferable,
    potential,
    remaining,
    claims: decision.claims.map(({ ref, amount, status, placedAtLevel, counted, unplacedReason, findings }) => ({
      ref,
      amount,
      status,
      placedAtLevel,
      counted,
      unplacedReason,
      findings: Object.fromEntries(findings.map((finding) => [finding.rule, finding.status])),
    })),
    validUntil,
    moreCredit: more ? { credit: more.credit, level: more.level, transferableThen: more.transferableThen } : null,
    levels: decision.levels.map(({ level, placed }) => ({ level, placed })),
  }
}
