/** Tests the explanation of each outcome and each kind of claim. */
import { describe, expect, it } from '@jest/globals'
import type { Claim, PolicyTerms, TransferCheck } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import { explainAnswer, explainClaim } from '../../src/transfers/engine/explain.rules.ts'
import { aCheck, aClaim, aPolicy } from './transfer-check.ts'

const names = { institution: 'The Open University', qualification: 'BA (Honours) Open' }
const claims = (...given: Partial<Claim>[]): Claim[] => given.map((one, at) => ({ ...aClaim, ref: `r${at}`, ...one }))
const under = (policy: Partial<PolicyTerms>, ...given: Partial<Claim>[]): TransferCheck => ({
  ...aCheck,
  claims: claims(...given),
  policy: { ...aPolicy, ...policy },
})

function explained(check: TransferCheck, nextFrom: string | null = null): string {
  const { policy, qualification } = check
  return explainAnswer(decideTransfer(check), names, policy && { policy, qualification }, nextFrom)
}

describe('an answer says why, until when, and what would change it', () => {
  it('ELIGIBLE', () => {
    const policy = { maximumAgeYears: 5, granularity: '15.00' }
    expect(explained(under(policy, { awardedOn: '2024-02-29' }))).toBe(
      '15 CATS points count towards BA (Honours) Open at The Open University; 345 CATS points are left to study. ' +
        'This holds until 2029-02-28. With 15 more CATS points at level 4, 30 CATS points would transfer.',
    )
  })

  it('SUBJECT_TO_AGREEMENT', () => {
    const policy = { agreement: 'SUBJECT_TO_AGREEMENT', maxCredit: '15' } as const
    expect(explained(under(policy, {}))).toBe(
      '15 CATS points can count towards BA (Honours) Open once The Open University has agreed to it; 345 CATS points are left to study then.',
    )
  })

  it('NEEDS_REVIEW', () => {
    expect(explained(under({ maxCredit: '15' }, { use: 'RESERVED' }))).toBe(
      'Nothing counts towards BA (Honours) Open yet: something about the credit is not known, or The Open University has to look at it. ' +
        'If the one piece of credit under review were accepted, 15 CATS points would transfer. ' +
        'With 15 more CATS points at level 4, 15 CATS points would transfer.',
    )
  })

  it.each([
    [under({ maxCredit: '0' }), ': no credit was named.'],
    [under({ maxCredit: '0' }, { level: 7 }), '. It is at FHEQ level 7; credit is accepted at FHEQ level 4, 5 or 6.'],
    [
      under({ maxCredit: '0' }, { level: 7 }, { level: 7 }),
      ': none of the 2 pieces of credit is accepted as it stands.',
    ],
    [
      under({ maxCredit: '0' }, { use: 'RESERVED' }),
      ', and settling what is open about the credit would not change that.',
    ],
    [
      under({ granularity: '30', maxCredit: '30' }, {}),
      ': credit is taken in multiples of 30 CATS points, and what fits here does not make one. With 15 more CATS points at level 4, 30 CATS points would transfer.',
    ],
  ])('INELIGIBLE %#', (check, why) => {
    expect(explained(check)).toBe(`Nothing counts towards BA (Honours) Open at The Open University${why}`)
  })

  it('NO_AGREEMENT', () => {
    const none = { ...aCheck, policy: null }
    const without = 'The Open University has no agreement about credit for BA (Honours) Open on 2026-06-01'
    expect(explained(none)).toBe(`${without}, and has published none for later.`)
    expect(explained(none, '2027-01-01')).toBe(`${without}, and will have one from 2027-01-01 on.`)
  })

  it('NOT_PARTICIPATING', () => {
    expect(explained({ ...aCheck, participating: false })).toBe(
      'The Open University does not take part in credit transfer here, so that only it can say whether it takes credit for BA (Honours) Open.',
    )
  })
})

const elsewhere = { subjects: ['history'], freeChoiceMax: '10.00' }

describe('a claim says what becomes of it', () => {
  const cases: [string, TransferCheck][] = [
    ['It counts: its 15 CATS points at FHEQ level 6.', under({}, {})],
    ['It counts: its 1 CATS point at FHEQ level 6.', under({ granularity: '1' }, { amount: '0.5', scheme: 'ECTS' })],
    [
      'It does not count. It is at FHEQ level 7; credit is accepted at FHEQ level 4, 5 or 6. The course c-1 is excluded: Overlap.',
      under({ exclusions: [{ course: 'c-1', reason: 'Overlap.' }] }, { level: 7, grade: null }),
    ],
    [
      'It cannot count yet. A grade of at least 40 is asked for, and the grade is not known.',
      under({ minimumGrade: '40' }, { grade: null }),
    ],
    [
      'It is accepted and does not count: no level at which it may count has room for so much credit in one piece.',
      under({ levelCaps: [{ level: 6, credit: '10' }] }, {}),
    ],
    [
      'It is accepted and does not count: it is more than free choice may come to, 10 CATS points in all.',
      under(elsewhere, {}),
    ],
    [
      'It is accepted and does not count: it is more than may be transferred in all, 5 CATS points.',
      under({ maxCredit: '5.00' }, {}),
    ],
    [
      'It is accepted and does not count: credit is taken in multiples of 30 CATS points, and what fits here does not make one.',
      under({ granularity: '30' }, {}),
    ],
    [
      'It is accepted and does not count: as much, or more, counts without it.',
      under({ maxCredit: '15' }, { amount: '7.5' }, { amount: '15' }),
    ],
  ]
  it.each(cases)('%s', (sentence, check) => {
    const [first] = decideTransfer(check).claims
    expect(explainClaim(first!, { policy: check.policy!, qualification: check.qualification })).toBe(sentence)
  })
})
