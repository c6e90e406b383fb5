/** Finds the least that would raise the credit that transfers. */
import { type Improvement, ImprovementKind } from './check.rules.ts'
import type { Frame, PlannedSearch } from './placement.rules.ts'
import type { PlacementSearch } from './placement-search.rules.ts'
import { points, printUnits, roundDown, UNITS_PER_CATS } from './units.rules.ts'

/** Beyond a whole honours degree, more credit is no advice. */
const MOST_MORE_CATS = 360

/** Null when settling every REVIEW in the learner's favour raises nothing. `claimRefs` are those under review. */
export function resolveReview(
  transferableUnits: number,
  potentialUnits: number,
  claimRefs: readonly string[],
): Improvement | null {
  if (potentialUnits <= transferableUnits) return null
  const then = printUnits(potentialUnits)
  const pieces = claimRefs.length === 1 ? 'the one piece' : `the ${claimRefs.length} pieces`
  return {
    kind: ImprovementKind.RESOLVE_REVIEW,
    message: `If ${pieces} of credit under review were accepted, ${points(then)} would transfer.`,
    credit: null,
    level: null,
    claimRefs,
    transferableThen: then,
  }
}

interface Addition {
  readonly cats: number
  readonly level: number
  readonly totalUnits: number
}

/**
 * The least whole number of CATS points, in one more accepted piece at the lowest level that will do, that raises what
 * transfers; null when no such piece of up to 360 does. The search is that of the accepted claims.
 */
export function moreCredit(
  { frame, search }: PlannedSearch,
  acceptedLevels: readonly number[],
  transferableUnits: number,
): Improvement | null {
  const entries = entryLevels(frame, acceptedLevels)
  if (entries.every((level) => level === null)) return null
  const addition = leastAddition(search(), frame, entries, transferableUnits + frame.granularityUnits)
  if (addition === null) return null
  const then = printUnits(roundDown(addition.totalUnits, frame.granularityUnits))
  const credit = String(addition.cats)
  return {
    kind: ImprovementKind.MORE_CREDIT,
    message: `With ${credit} more CATS ${addition.cats === 1 ? 'point' : 'points'} at level ${addition.level}, ${points(then)} would transfer.`,
    credit,
    level: addition.level,
    claimRefs: [],
    transferableThen: then,
  }
}

/** By position of a level: the lowest accepted level of the qualification whose credit may be placed there. */
function entryLevels({ levels, higherLevelCountsLower }: Frame, acceptedLevels: readonly number[]): (number | null)[] {
  return levels.map(({ level: place }) => {
    const entry = levels.find(
      ({ level }) => acceptedLevels.includes(level) && (higherLevelCountsLower ? level >= place : level === place),
    )
    return entry?.level ?? null
  })
}

/** Whatever can be placed now needs just enough on top to reach the goal; the best is the least, then the lowest. */
function leastAddition(
  search: PlacementSearch,
  { limits }: Frame,
  entries: readonly (number | null)[],
  goalUnits: number,
): Addition | null {
  const { totals, leavesRoom } = search.rooms()
  let best: Addition | null = null
  let fromUnits = goalUnits - MOST_MORE_CATS * UNITS_PER_CATS
  // From the greatest down, so that most of the others are seen at once to need more.
  for (let at = totals.length - 1; at >= 0; at -= 1) {
    const now = totals[at]!
    // What already reaches the goal is among what cannot be placed.
    if (now < fromUnits || now >= goalUnits) continue
    const cats = Math.ceil((goalUnits - now) / UNITS_PER_CATS)
    const units = cats * UNITS_PER_CATS
    if (now + units > limits.total) continue
    for (let place = 0; place < entries.length; place += 1) {
      const level = entries[place]!
      if (level === null) continue
      const addition = { cats, level, totalUnits: now + units }
      if (best !== null && !isBetter(addition, best)) continue
      if (!leavesRoom(at, place, units)) continue
      best = addition
      fromUnits = goalUnits - units
    }
  }
  return best
}

function isBetter(one: Addition, other: Addition): boolean {
  if (one.cats !== other.cats) return one.cats < other.cats
  return one.level !== other.level ? one.level < other.level : one.totalUnits > other.totalUnits
}
