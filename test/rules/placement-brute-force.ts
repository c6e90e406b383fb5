/** Places credit by trying every way, to compare the engine with. */
import type { Claim, PolicyTerms, QualificationTerms } from '../../src/transfers/engine/check.rules.ts'

export interface BruteAnswer {
  readonly transferable: number
  readonly placed: ReadonlyMap<string, number>
  readonly more: { readonly credit: number; readonly level: number; readonly transferableThen: number } | null
}

interface Item {
  readonly ref: string
  readonly amount: number
  readonly level: number
  readonly free: boolean
}

interface Way {
  readonly transferable: number
  readonly total: number
  readonly refs: readonly string[]
  readonly levels: readonly number[]
}

/** Amounts here are 300ths of a CATS point, given as whole hundredths of one; all claims are CATS at FHEQ levels. */
const hundredths = (text: string) => Math.round(Number(text) * 100) * 3

export function bruteForce(
  claims: readonly Claim[],
  policy: PolicyTerms,
  qualification: QualificationTerms,
): BruteAnswer {
  const items = claims.map((claim) => ({
    ref: claim.ref,
    amount: hundredths(claim.amount),
    level: claim.level,
    free: policy.subjects.length > 0 && !policy.subjects.includes(claim.subject ?? ''),
  }))
  const best = bestWay(items, policy, qualification)
  const placed = best.transferable === 0 ? [] : best.refs.map((ref, at) => [ref, best.levels[at]!] as const)
  return { transferable: best.transferable, placed: new Map(placed), more: more(items, policy, qualification, best) }
}

/** Tries n = 1, 2, 3 … and for each n the accepted levels upwards, placing everything anew each time. */
function more(
  items: readonly Item[],
  policy: PolicyTerms,
  qualification: QualificationTerms,
  now: Way,
): BruteAnswer['more'] {
  const levels = qualification.levels.map(({ level }) => level).sort((a, b) => a - b)
  for (let credit = 1; credit <= 360; credit += 1) {
    for (const level of levels.filter((known) => policy.acceptedLevels.includes(known))) {
      const one = { ref: '~ one more', amount: credit * 300, level, free: false }
      const { transferable } = bestWay([...items, one], policy, qualification)
      if (transferable > now.transferable) return { credit, level, transferableThen: transferable }
    }
  }
  return null
}

function bestWay(items: readonly Item[], policy: PolicyTerms, qualification: QualificationTerms): Way {
  const sorted = [...items].sort((a, b) => Buffer.compare(Buffer.from(a.ref), Buffer.from(b.ref)))
  const levels = qualification.levels.map(({ level }) => level)
  const caps = new Map(
    qualification.levels.map(({ level, credit }) => [
      level,
      hundredths(policy.levelCaps.find((cap) => cap.level === level)?.credit ?? credit),
    ]),
  )
  const totalMax = Math.min(hundredths(policy.maxCredit), hundredths(qualification.totalCredit))
  const freeMax = hundredths(policy.freeChoiceMax)
  const granularity = hundredths(policy.granularity)
  let best: Way = { transferable: 0, total: 0, refs: [], levels: [] }

  function tryFrom(at: number, used: Map<number, number>, total: number, free: number, way: [string, number][]): void {
    if (total > totalMax || free > freeMax) return
    if (at === sorted.length) {
      const transferable = Math.floor(total / granularity) * granularity
      const found = { transferable, total, refs: way.map(([ref]) => ref), levels: way.map(([, level]) => level) }
      if (isBetter(found, best)) best = found
      return
    }
    const item = sorted[at]!
    tryFrom(at + 1, used, total, free, way)
    for (const level of levels) {
      if (policy.higherLevelCountsLower ? level > item.level : level !== item.level) continue
      const filled = (used.get(level) ?? 0) + item.amount
      if (filled > caps.get(level)!) continue
      tryFrom(at + 1, new Map(used).set(level, filled), total + item.amount, free + (item.free ? item.amount : 0), [
        ...way,
        [item.ref, level],
      ])
    }
  }

  tryFrom(0, new Map(), 0, 0, [])
  return best
}

function isBetter(one: Way, other: Way): boolean {
  if (one.transferable !== other.transferable) return one.transferable > other.transferable
  if (one.total !== other.total) return one.total < other.total
  if (one.refs.length !== other.refs.length) return one.refs.length < other.refs.length
  for (const [at, ref] of one.refs.entries()) {
    const order = Buffer.compare(Buffer.from(ref), Buffer.from(other.refs[at]!))
    if (order !== 0) return order < 0
  }
  for (const [at, level] of one.levels.entries()) {
    if (level !== other.levels[at]) return level > other.levels[at]!
  }
  return false
}
