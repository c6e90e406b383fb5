/** Tests that placement equals brute force and stays bounded. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Decision, type TransferCheck, TransferTooComplex } from '../../src/transfers/engine/check.rules.ts'
import { decideTransfer } from '../../src/transfers/engine/decide.rules.ts'
import type { Limits, Piece } from '../../src/transfers/engine/placement-search.rules.ts'
import { searchGrid } from '../../src/transfers/engine/search-grid.rules.ts'
import { searchSubsets } from '../../src/transfers/engine/search-subsets.rules.ts'
import { printUnits, unitsOf } from '../../src/transfers/engine/units.rules.ts'
import { threadMs } from '../support/world/thread-time.ts'
import { bruteForce } from './placement-brute-force.ts'
import { aCheck, aClaim, aDegree, aPolicy, placementChecks } from './transfer-check.ts'

const placedIn = (decision: Decision) =>
  new Map(decision.claims.filter((claim) => claim.placedAtLevel).map((claim) => [claim.ref, claim.placedAtLevel]))

describe('the best placement', () => {
  it('is what trying every way finds, tie-breaks and more credit included', () => {
    fc.assert(
      fc.property(placementChecks(6), (check) => {
        const decision = decideTransfer(check)
        const brute = bruteForce(check.claims, check.policy!, check.qualification)
        expect(decision.transferable).toBe(printUnits(brute.transferable))
        expect(placedIn(decision)).toEqual(brute.placed)
        const more = decision.improvements.find(({ kind }) => kind === 'MORE_CREDIT')
        expect(more ?? null).toEqual(
          brute.more === null
            ? null
            : expect.objectContaining({
                credit: String(brute.more.credit),
                level: brute.more.level,
                transferableThen: printUnits(brute.more.transferableThen),
              }),
        )
      }),
      { numRuns: 400 },
    )
  })

  it('compares refs by their bytes in UTF-8, not by their UTF-16 units', () => {
    const refs = ['\u{1F393}', '\uFFFD', 'é', 'Z', 'a'] as const
    const claims = refs.map((ref) => ({ ...aClaim, ref }))
    const policy = { ...aPolicy, maxCredit: '60' }
    const placed = placedIn(decideTransfer({ ...aCheck, claims, policy }))
    expect([...placed.keys()]).toEqual(['\uFFFD', 'é', 'Z', 'a'])
  })

  it('is the same for each ref in whatever order the claims come', () => {
    const shuffled = placementChecks(12).chain((check) =>
      fc.tuple(
        fc.constant(check),
        fc.shuffledSubarray([...check.claims], { minLength: check.claims.length, maxLength: check.claims.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([check, claims]) => {
        const byRef = (decision: Decision) => new Map(decision.claims.map((claim) => [claim.ref, claim]))
        const given = decideTransfer(check)
        const other = decideTransfer({ ...check, claims })
        expect(byRef(other)).toEqual(byRef(given))
        expect({ ...other, claims: [], digest: '' }).toEqual({ ...given, claims: [], digest: '' })
        expect(other.claims.map(({ ref }) => ref)).toEqual(claims.map(({ ref }) => ref))
      }),
      { numRuns: 150 },
    )
  })

  it('has as its potential what transfers once every review is settled', () => {
    const underReview = fc.tuple(placementChecks(14), fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }))
    fc.assert(
      fc.property(underReview, ([check, doubts]) => {
        const claims = check.claims.map((claim, at) => (doubts[at] ? { ...claim, use: 'RESERVED' as const } : claim))
        const decision = decideTransfer({ ...check, claims })
        expect(decision.potential).toBe(decideTransfer(check).transferable)
        const settled = decision.improvements.find(({ kind }) => kind === 'RESOLVE_REVIEW')
        expect(settled !== undefined).toBe(decision.potential !== decision.transferable)
        expect(settled?.claimRefs ?? []).toEqual(
          settled ? claims.filter(({ use }) => use === 'RESERVED').map(({ ref }) => ref) : [],
        )
      }),
      { numRuns: 150 },
    )
  })

  it('never transfers less for one more accepted claim', () => {
    fc.assert(
      fc.property(placementChecks(12), (check) => {
        fc.pre(check.claims.length > 0)
        const less = decideTransfer({ ...check, claims: check.claims.slice(1) })
        expect(Number(decideTransfer(check).transferable)).toBeGreaterThanOrEqual(Number(less.transferable))
      }),
      { numRuns: 150 },
    )
  })

  it('never exceeds a cap, and counts what it places', () => {
    fc.assert(fc.property(placementChecks(20), keepsToEveryCap), { numRuns: 300 })
  })
})

function keepsToEveryCap(check: TransferCheck): void {
  const decision = decideTransfer(check)
  const units = (amount: string) => unitsOf(amount)!
  const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total + units(amount), 0)
  const counted = decision.claims.filter((claim) => claim.placedAtLevel !== null)
  const total = sum(counted.map((claim) => claim.counted))
  for (const { level, cap, placed } of decision.levels) {
    expect(units(placed)).toBeLessThanOrEqual(units(cap))
    expect(units(placed)).toBe(sum(counted.filter((claim) => claim.placedAtLevel === level).map((one) => one.counted)))
  }
  const subjects = new Map(check.claims.map(({ ref, subject }) => [ref, subject]))
  const free = counted.filter(({ ref }) => !check.policy!.subjects.includes(subjects.get(ref) ?? ''))
  if (check.policy!.subjects.length > 0) {
    expect(sum(free.map((claim) => claim.counted))).toBeLessThanOrEqual(units(check.policy!.freeChoiceMax))
  }
  expect(total).toBeLessThanOrEqual(Math.min(units(check.policy!.maxCredit), units(check.qualification.totalCredit)))
  expect(total - units(decision.transferable)).toBeLessThan(units(check.policy!.granularity))
  expect(total).toBeGreaterThanOrEqual(units(decision.transferable))
}

describe('the two ways to place credit', () => {
  const cap = fc.integer({ min: 0, max: 30 })
  const pieces = fc.array(
    fc.record({
      units: fc.integer({ min: 1, max: 14 }),
      levels: fc.tuple(fc.nat(2), fc.nat(2)),
      freeChoice: fc.boolean(),
    }),
    { minLength: 1, maxLength: 13 },
  )
  const problem = fc.record({
    pieces,
    limits: fc.record({
      caps: fc.array(cap, { minLength: 3, maxLength: 3 }),
      freeChoice: fc.integer({ min: 0, max: 60 }),
      total: fc.integer({ min: 0, max: 80 }),
    }),
    allDown: fc.boolean(),
    anyFree: fc.boolean(),
    step: fc.constantFrom(1, 7, 250),
  })

  it('agree about every total, every best set and all room that is left', () => {
    fc.assert(
      fc.property(problem, ({ pieces: given, limits: small, allDown, anyFree, step }) => {
        const limits: Limits = {
          caps: small.caps.map((units) => units * step),
          freeChoice: small.freeChoice * step,
          total: small.total * step,
        }
        const ready: Piece[] = given.map(({ units, levels, freeChoice }) => ({
          units: units * step,
          freeChoice: freeChoice && anyFree,
          top: Math.max(...levels),
          lowest: allDown ? 0 : Math.max(...levels),
        }))
        sameAnswers(ready, limits, step)
      }),
      { numRuns: 300 },
    )
  })
})

function sameAnswers(pieces: readonly Piece[], limits: Limits, step: number): void {
  const subsets = searchSubsets(pieces, limits)
  const grid = searchGrid(pieces, limits)
  const greatest = subsets.greatestTotal()
  expect(grid.greatestTotal()).toBe(greatest)
  for (let from = 1; from <= greatest; from += step) expect(grid.best(from)).toEqual(subsets.best(from))
  const room = (search: typeof grid) => {
    const { totals, leavesRoom } = search.rooms()
    const found = new Set<string>()
    for (let entry = 0; entry < totals.length; entry += 1) {
      for (const [level, units] of limits.caps.flatMap((cap, at) =>
        [0, 3 * step, 9 * step, cap].map((u) => [at, u] as const),
      )) {
        if (leavesRoom(entry, level, units)) found.add(`${totals[entry]} with ${units} left at ${level}`)
      }
    }
    return found
  }
  expect(room(grid)).toEqual(room(subsets))
}

describe('the bound on the search', () => {
  const decideOrRefuse = (check: TransferCheck) => {
    const startedMs = threadMs()
    try {
      return { answer: decideTransfer(check), tookMs: threadMs() - startedMs }
    } catch (error) {
      expect(error).toBeInstanceOf(TransferTooComplex)
      return { answer: null, tookMs: threadMs() - startedMs }
    }
  }
  const hostile = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...aClaim,
      ref: `r${at}`,
      amount: `${7 + at}.${10 + ((at * 37) % 90)}`,
    }))
  const down = { ...aPolicy, higherLevelCountsLower: true, granularity: '1' }

  it('refuses forty different amounts in two decimals at once, and every time', () => {
    for (let time = 0; time < 3; time += 1) {
      const { answer, tookMs } = decideOrRefuse({ ...aCheck, claims: hostile(40), policy: down })
      expect(answer).toBeNull()
      expect(tookMs).toBeLessThan(100)
    }
  })

  it('refuses at once as well when only the credit under review makes it too much', () => {
    const claims = [aClaim, ...hostile(39).map((claim) => ({ ...claim, grade: null }))]
    const { answer, tookMs } = decideOrRefuse({ ...aCheck, claims, policy: { ...down, minimumGrade: '40' } })
    expect(answer).toBeNull()
    expect(tookMs).toBeLessThan(100)
  })

  it('never refuses nine claims', () => {
    const { answer } = decideOrRefuse({ ...aCheck, claims: hostile(9), policy: { ...down, maxCredit: '100' } })
    expect(answer).not.toBeNull()
  })

  it('never refuses forty claims on a grid of 250,000', () => {
    const levels = [3, 4, 5, 6, 7, 8].map((level) => ({ level, credit: level === 8 ? '5.5' : '7' }))
    const claims = Array.from({ length: 40 }, (_, at) => ({
      ...aClaim,
      ref: `r${at}`,
      level: 3 + (at % 6),
      amount: String(1 + (at % 5)),
    }))
    const policy = { ...down, acceptedLevels: [3, 4, 5, 6, 7, 8] }
    const { answer } = decideOrRefuse({ ...aCheck, claims, policy, qualification: { ...aDegree, levels } })
    expect(answer?.transferable).toBe('40')
  })

  it('answers forty ordinary claims', () => {
    const claims = Array.from({ length: 40 }, (_, at) => ({
      ...aClaim,
      ref: `r${at}`,
      level: 4 + (at % 3),
      amount: String(2.5 * (1 + (at % 12))),
    }))
    const { answer } = decideOrRefuse({ ...aCheck, claims, policy: { ...down, granularity: '30' } })
    expect(answer?.transferable).toBe('240')
  })
})
