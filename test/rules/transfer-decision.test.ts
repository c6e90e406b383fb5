/** Tests a decision's refusals, outcomes, improvements and digest. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { InvalidTransferInput, type TransferCheck } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import { aCheck, aClaim, aDegree, aPolicy, placementChecks } from './transfer-check.ts'

type Path = readonly (string | number)[]

/** The check with one value changed, at any depth. */
function changed(path: Path, value: unknown): TransferCheck {
  const check = JSON.parse(JSON.stringify(aCheck))
  let part = check
  for (const step of path.slice(0, -1)) part = part[step]
  part[path.at(-1)!] = value
  return check
}

function refusal(check: TransferCheck): InvalidTransferInput {
  try {
    decideTransfer(check)
  } catch (error) {
    if (error instanceof InvalidTransferInput) return error
    throw error
  }
  throw new Error('the check was answered')
}

describe('what cannot be read', () => {
  it.each([
    [['claims', 0, 'amount'], '0'],
    [['claims', 0, 'amount'], '-15'],
    [['claims', 0, 'amount'], '7.555'],
    [['claims', 0, 'amount'], '1e1'],
    [['claims', 0, 'amount'], ''],
    [['claims', 0, 'amount'], '100000000000.01'],
    [['claims', 0, 'level'], 9],
    [['claims', 0, 'level'], 6.5],
    [['claims', 0, 'awardedOn'], '2026-02-30'],
    [['claims', 0, 'grade'], '101'],
    [['claims', 0, 'grade'], '100.00000000000000000001'],
    [['claims', 0, 'grade'], '-1'],
    [['claims', 0, 'grade'], 'A+'],
    [['asOf'], '2026-6-1'],
    [['qualification', 'totalCredit'], '-1'],
    [['qualification', 'levels', 0, 'level'], 2],
    [['qualification', 'levels', 1, 'level'], 4],
    [['qualification', 'levels', 2, 'credit'], '120.005'],
    [['policy', 'granularity'], '0'],
    [['policy', 'granularity'], '0.001'],
    [['policy', 'maxCredit'], '-1'],
    [['policy', 'freeChoiceMax'], 'many'],
    [['policy', 'acceptedLevels', 0], 9],
    [['policy', 'minimumGrade'], '100.5'],
    [['policy', 'maximumAgeYears'], -1],
    [['policy', 'maximumAgeYears'], 1.5],
    [['policy', 'effectiveFrom'], '2020-02-30'],
    [['policy', 'effectiveTo'], '2019-12-31'],
  ] as const)('%j as %j is refused, and named', (path, value) => {
    const { field, message } = refusal(changed(path, value))
    expect(field).toEqual(path.map(String))
    expect(message).toMatch(/^(Expected .+, got .+|.+ is given twice)\.$/)
  })

  it('is a cap for a level that the qualification lacks, or two for one', () => {
    const caps = (...levels: number[]) => levels.map((level) => ({ level, credit: '30' }))
    expect(refusal(changed(['policy', 'levelCaps'], caps(5, 7))).field).toEqual(['policy', 'levelCaps', '1', 'level'])
    expect(refusal(changed(['policy', 'levelCaps'], caps(5, 5))).message).toBe('Level 5 is given twice.')
  })

  it('is a ref given twice, or a forty-first claim', () => {
    const twice = { ...aCheck, claims: [aClaim, { ...aClaim, amount: '5' }] }
    expect(refusal(twice).field).toEqual(['claims', '1', 'ref'])
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ ...aClaim, ref: `r${at}` }))
    expect(refusal({ ...aCheck, claims: many(41) })).toMatchObject({ field: ['claims'] })
    expect(decideTransfer({ ...aCheck, claims: many(40) }).transferable).toBe('120')
  })

  it('is credit from elsewhere, or a course, that is awarded after the day of the question', () => {
    for (const source of ['EXTERNAL', 'COURSE'] as const) {
      const later = { ...aCheck, claims: [{ ...aClaim, source, awardedOn: '2026-06-02' }] }
      expect(refusal(later).field).toEqual(['claims', '0', 'awardedOn'])
    }
    const record = { ...aCheck, claims: [{ ...aClaim, awardedOn: '2026-06-02' }] }
    expect(decideTransfer(record).claims[0]!.status).toBe('REJECTED')
  })

  it('is refused as well where there is no policy to answer from', () => {
    expect(refusal({ ...changed(['claims', 0, 'amount'], '0'), policy: null }).field).toEqual(['claims', '0', 'amount'])
  })
})

describe('the answer', () => {
  it('is eligible at once, or subject to agreement, as the policy says', () => {
    expect(decideTransfer(aCheck)).toMatchObject({ outcome: 'ELIGIBLE', transferable: '15', remaining: '345' })
    expect(decideTransfer(changed(['policy', 'agreement'], 'SUBJECT_TO_AGREEMENT')).outcome).toBe(
      'SUBJECT_TO_AGREEMENT',
    )
  })

  it('holds to the last day of a policy, and says so', () => {
    const ends = (effectiveTo: string) => decideTransfer(changed(['policy', 'effectiveTo'], effectiveTo))
    expect(ends('2026-06-01')).toMatchObject({ outcome: 'ELIGIBLE', validUntil: '2026-06-01' })
    expect(ends('2026-05-31')).toMatchObject({ outcome: 'NO_AGREEMENT', validUntil: null, claims: [], levels: [] })
  })

  it('says what a settled review would bring, and which claims it is about', () => {
    const claims = [
      { ...aClaim, ref: 'z', standing: 'SUSPENDED' as const },
      aClaim,
      { ...aClaim, ref: 'b', use: 'RESERVED' as const },
    ]
    const { improvements } = decideTransfer({ ...aCheck, claims })
    expect(improvements[0]).toEqual({
      kind: 'RESOLVE_REVIEW',
      message: 'If the 2 pieces of credit under review were accepted, 45 CATS points would transfer.',
      credit: null,
      level: null,
      claimRefs: ['z', 'b'],
      transferableThen: '45',
    })
  })

  it('says how much more credit would help, and where', () => {
    const check = { ...aCheck, policy: { ...aPolicy, granularity: '30', acceptedLevels: [5, 6] } }
    const { improvements, claims } = decideTransfer(check)
    expect(claims[0]).toMatchObject({ placedAtLevel: null, counted: '0', unplacedReason: 'GRANULARITY' })
    expect(improvements).toEqual([
      {
        kind: 'MORE_CREDIT',
        message: 'With 15 more CATS points at level 5, 30 CATS points would transfer.',
        credit: '15',
        level: 5,
        claimRefs: [],
        transferableThen: '30',
      },
    ])
  })

  it('names the first cap that keeps a claim out, each looked at alone', () => {
    const reason = (policy: Partial<typeof aPolicy>, amount = '15', level = 6) =>
      decideTransfer({ ...aCheck, claims: [{ ...aClaim, amount, level }], policy: { ...aPolicy, ...policy } })
        .claims[0]!.unplacedReason
    const elsewhere = { subjects: ['history'], freeChoiceMax: '10', maxCredit: '5' }
    expect(reason({ ...elsewhere, levelCaps: [{ level: 6, credit: '10' }] })).toBe('LEVEL_CAP')
    expect(reason(elsewhere)).toBe('FREE_CHOICE_CAP')
    expect(reason({ maxCredit: '5' })).toBe('TOTAL_CAP')
    expect(reason({ granularity: '20' })).toBe('GRANULARITY')
    expect(reason({ acceptedLevels: [7] }, '15', 7)).toBe('LEVEL_CAP')
    expect(reason({})).toBeNull()
  })

  it('prints thirds to four decimals and adds them up exactly', () => {
    const claims = ['a', 'b', 'c'].map((ref) => ({ ...aClaim, ref, amount: '4', scheme: 'US_QUARTER' as const }))
    const decision = decideTransfer({ ...aCheck, claims, policy: { ...aPolicy, granularity: '32' } })
    expect(decision).toMatchObject({ transferable: '32', remaining: '328' })
    expect(decision.claims.map(({ counted }) => counted)).toEqual(['10.6667', '10.6667', '10.6667'])
    expect(decision.levels.map(({ placed }) => placed)).toEqual(['0', '0', '32'])
  })

  it('is exact up to the largest amounts that are read', () => {
    const most = '99999999999.99'
    const levels = [{ level: 6, credit: '100000000000' }]
    const qualification = { ...aDegree, totalCredit: '100000000000', levels }
    const policy = { ...aPolicy, maxCredit: '100000000000', granularity: '0.01' }
    const claims = [
      { ...aClaim, amount: most },
      { ...aClaim, ref: 'b', amount: '0.01' },
    ]
    expect(decideTransfer({ ...aCheck, claims, qualification, policy })).toMatchObject({ transferable: '100000000000' })
  })
})

describe('the digest', () => {
  const digest = (check: TransferCheck) => decideTransfer(check).digest

  it('is the same for the same question, and so is the whole answer, byte for byte', () => {
    fc.assert(
      fc.property(placementChecks(12), (check) => {
        const copy: TransferCheck = JSON.parse(JSON.stringify(check))
        expect(JSON.stringify(decideTransfer(copy))).toBe(JSON.stringify(decideTransfer(check)))
      }),
      { numRuns: 50 },
    )
    expect(digest(aCheck)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('does not depend on how an amount is written', () => {
    expect(digest(changed(['claims', 0, 'amount'], '015.00'))).toBe(digest(aCheck))
    expect(digest(changed(['policy', 'maxCredit'], '240.0'))).toBe(digest(aCheck))
  })

  it('depends on every fact of the question', () => {
    const changes: [Path, unknown][] = [
      [['claims', 0, 'ref'], 'b'],
      [['claims', 0, 'source'], 'EXTERNAL'],
      [['claims', 0, 'title'], 'Another'],
      [['claims', 0, 'awardingBody'], 'monash'],
      [['claims', 0, 'amount'], '15.01'],
      [['claims', 0, 'scheme'], 'ECTS'],
      [['claims', 0, 'level'], 5],
      [['claims', 0, 'framework'], 'EQF'],
      [['claims', 0, 'awardedOn'], '2024-06-02'],
      [['claims', 0, 'grade'], null],
      [['claims', 0, 'identityVerified'], null],
      [['claims', 0, 'cmf'], 'UNKNOWN'],
      [['claims', 0, 'subject'], null],
      [['claims', 0, 'course'], null],
      [['claims', 0, 'standing'], 'REVOKED'],
      [['claims', 0, 'use'], 'RESERVED'],
      [['claims'], []],
      [['asOf'], '2026-06-02'],
      [['participating'], false],
      [['policy'], null],
      [['policy', 'effectiveTo'], '2030-01-01'],
      [['policy', 'clauses'], [{ rule: 'AGE', text: 'Any age.' }]],
      [['policy', 'exclusions'], [{ course: 'c-9', reason: 'Overlap' }]],
      [['policy', 'levelCaps'], [{ level: 4, credit: '60' }]],
      [['policy', 'higherLevelCountsLower'], true],
      [['qualification', 'id'], 'Qualification:1'],
      [['qualification', 'kind'], 'INTEGRATED_MASTERS'],
      [['qualification', 'totalCredit'], '480'],
      [['qualification', 'levels', 0, 'credit'], '60'],
    ]
    const digests = new Set([digest(aCheck), ...changes.map(([path, value]) => digest(changed(path, value)))])
    expect(digests.size).toBe(changes.length + 1)
  })
})
