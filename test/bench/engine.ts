/** Measures transfer decisions on one core, with 6 and with 40 claims. */
import type { Claim, PolicyTerms, QualificationTerms, TransferCheck } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'

const qualificationTerms: QualificationTerms = {
  id: 'Qualification:bench',
  kind: 'HONOURS_DEGREE',
  totalCredit: '360',
  levels: [
    { level: 4, credit: '120' },
    { level: 5, credit: '120' },
    { level: 6, credit: '120' },
  ],
}

const policyTerms: PolicyTerms = {
  effectiveFrom: '2020-01-01',
  effectiveTo: null,
  agreement: 'AUTOMATIC',
  maxCredit: '240',
  levelCaps: [],
  granularity: '30',
  acceptedLevels: [4, 5, 6],
  higherLevelCountsLower: true,
  minimumGrade: '40',
  maximumAgeYears: 16,
  overAge: 'REVIEW',
  requiresCmf: false,
  requiresIdentityVerification: true,
  recognisedAwardingBodies: ['the-open-university', 'university-of-leeds', 'monash'],
  subjects: ['computing', 'business', 'health'],
  freeChoiceMax: '60',
  allowedCourses: [],
  exclusions: [{ course: 'c-9', reason: 'Overlaps with a compulsory module' }],
  clauses: [{ rule: 'AGE', text: 'Credit older than sixteen years is looked at case by case.' }],
}

/** Numbers that look random and are the same in each run (mulberry32). */
function drawing(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function claim(index: number, draw: (below: number) => number): Claim {
  return {
    ref: `claim-${draw(1_000_000)}-${index}`,
    source: 'CREDIT_RECORD',
    title: `Microcredential ${index}`,
    awardingBody: ['the-open-university', 'university-of-leeds', 'monash'][draw(3)]!,
    amount: String((draw(12) + 1) * 2.5),
    scheme: 'CATS',
    level: 4 + draw(3),
    framework: 'FHEQ',
    awardedOn: `20${10 + draw(16)}-0${1 + draw(9)}-1${draw(10)}`,
    grade: String(45 + draw(50)),
    identityVerified: draw(8) === 0 ? null : true,
    cmf: 'MET',
    subject: ['computing', 'business', 'health', 'history'][draw(4)]!,
    course: `c-${draw(9)}`,
  }
}

function checks(count: number, claims: number, changes: Partial<PolicyTerms> = {}): TransferCheck[] {
  const draw = drawing(claims)
  return Array.from({ length: count }, () => ({
    claims: Array.from({ length: claims }, (_, index) => claim(index, draw)),
    policy: { ...policyTerms, ...changes },
    qualification: qualificationTerms,
    asOf: '2026-11-23',
  }))
}

/** A line of the table. */
function measure(
  name: string,
  given: readonly TransferCheck[],
  rounds: number,
  decide: (check: TransferCheck) => unknown = decideTransfer,
): string {
  for (const check of given) decide(check)
  const tookUs: number[] = []
  const started = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    for (const check of given) {
      const before = process.hrtime.bigint()
      decide(check)
      tookUs.push(Number(process.hrtime.bigint() - before) / 1000)
    }
  }
  const perSecond = Math.round((tookUs.length * 1000) / (performance.now() - started))
  tookUs.sort((left, right) => left - right)
  const at = (share: number) => tookUs[Math.floor((tookUs.length - 1) * share)]!.toFixed(0)
  return `| ${name} | ${perSecond} | ${at(0.5)}, ${at(0.99)}, ${at(1)} |`
}

/** Decides thousands of invented cases, the same in each run. */
export function engine(): string {
  const wide = { subjects: [], maxCredit: '360', granularity: '1' }
  return [
    '| decisions on | decisions/s | µs: median, p99, worst |',
    '|---|---|---|',
    measure('6 claims', checks(2_000, 6), 20),
    measure('6 claims, with the digest', checks(2_000, 6), 20, (check) => decideTransfer(check).digest),
    measure('9 claims', checks(1_000, 9), 5),
    measure('40 claims', checks(300, 40), 1),
    measure('40 claims, no free choice', checks(300, 40, { subjects: [] }), 1),
    measure('40 claims, wide caps, no total limit', checks(300, 40, wide), 1),
    measure('40 claims, own level only', checks(300, 40, { higherLevelCountsLower: false }), 1),
  ].join('\n')
}
