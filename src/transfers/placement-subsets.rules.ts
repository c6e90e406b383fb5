/** Places few pieces of credit, of whatever amounts: looks at every subset once, and at no assignment. */
import type { Limits, Piece, PlacementSearch, Placing, Rooms } from './placement-search.rules.ts'

/**
 * Per subset, how far the levels are filled when they are filled in a fixed order as tightly as possible: the level
 * being filled and what is in it. Less is always at least as good for whatever comes next, so one entry is enough.
 */
interface Packing {
  readonly filling: Uint8Array
  /** Infinity for a subset that does not pack. */
  readonly fill: Float64Array
}

/** A step here, random access included, costs about as much as three of the grid's. */
const COST_OF_A_STEP = 3

/** Steps that the search takes at most; a function of nothing but sizes, so that refusing is deterministic. */
export function subsetSteps(pieces: number, levels: number): number {
  return 2 ** pieces * pieces * levels * COST_OF_A_STEP
}

/** Piece i is bit n − 1 − i: of two subsets of one size, the greater number has the first refs. */
export function searchSubsets(pieces: readonly Piece[], limits: Limits): PlacementSearch {
  const totals = sums(pieces, (piece) => piece.units)
  const free = sums(pieces, (piece) => (piece.freeChoice ? piece.units : 0))
  const allowed = (subset: number) => totals[subset]! <= limits.total && free[subset]! <= limits.freeChoice
  const lastLevel = limits.caps.length - 1
  const { fill } = pack(pieces, limits.caps, lastLevel, allowed)

  function greatestTotal(): number {
    let greatest = 0
    for (let subset = 1; subset < fill.length; subset += 1) {
      if (fill[subset] !== Infinity && totals[subset]! > greatest) greatest = totals[subset]!
    }
    return greatest
  }

  function leastTotal(from: number): number {
    let least = Infinity
    for (let subset = 1; subset < fill.length; subset += 1) {
      if (fill[subset] !== Infinity && totals[subset]! >= from && totals[subset]! < least) least = totals[subset]!
    }
    return least
  }

  function best(total: number): Placing[] {
    let found = 0
    let fewest = Infinity
    for (let subset = fill.length - 1; subset > 0; subset -= 1) {
      if (totals[subset] !== total || fill[subset] === Infinity) continue
      const size = bitCount(subset)
      if (size < fewest) [found, fewest] = [subset, size]
    }
    const chosen = [...pieces.keys()].filter((piece) => found & (1 << (pieces.length - 1 - piece)))
    return highestLevels(pieces, chosen, limits.caps)
  }

  function rooms(): Rooms {
    const least = limits.caps.map((_, level) => leastAt(level))
    return { totals, least }
  }

  /** With the level filled last, what is in it is the least that it has to take. */
  function leastAt(level: number): Float64Array {
    const packing = pack(pieces, limits.caps, level, allowed)
    return packing.fill.map((units, subset) =>
      units === Infinity || packing.filling[subset] === lastLevel ? units : 0,
    )
  }

  return { greatestTotal, leastTotal, best, rooms }
}

/** Piece by piece the highest level from which the rest can still be placed. */
function highestLevels(pieces: readonly Piece[], chosen: readonly number[], caps: readonly number[]): Placing[] {
  const left = [...caps]
  return chosen.map((piece, at) => {
    const { units, top } = pieces[piece]!
    const rest = chosen.slice(at + 1).map((later) => pieces[later]!)
    let level = top
    for (; ; level -= 1) {
      if (units > left[level]!) continue
      left[level]! -= units
      if (allFit(rest, left)) return { piece, level }
      left[level]! += units
    }
  })
}

function allFit(pieces: readonly Piece[], caps: readonly number[]): boolean {
  if (allFitAtTop(pieces, caps)) return true
  return pack(pieces, caps, caps.length - 1, () => true).fill.at(-1) !== Infinity
}

function allFitAtTop(pieces: readonly Piece[], caps: readonly number[]): boolean {
  const left = [...caps]
  for (const { units, top } of pieces) {
    left[top]! -= units
    if (left[top]! < 0) return false
  }
  return true
}

/** Fills the levels in order, the given one last. `filling` counts levels in that order. */
function pack(
  pieces: readonly Piece[],
  caps: readonly number[],
  last: number,
  allowed: (subset: number) => boolean,
): Packing {
  const order = [...caps.keys()].filter((level) => level !== last)
  order.push(last)
  const size = 2 ** pieces.length
  const filling = new Uint8Array(size)
  const fill = new Float64Array(size).fill(Infinity)
  fill[0] = 0
  for (let subset = 1; subset < size; subset += 1) {
    if (allowed(subset)) packSubset(subset)
  }
  return { filling, fill }

  function packSubset(subset: number): void {
    let bestAt = order.length
    let bestFill = Infinity
    for (let bits = subset; bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits
      const before = subset ^ bit
      let used = fill[before]!
      if (used === Infinity) continue
      const { units, lowest, top } = pieces[pieces.length - 32 + Math.clz32(bit)]!
      for (let at = filling[before]!; at <= bestAt && at < order.length; at += 1, used = 0) {
        const level = order[at]!
        if (level < lowest || level > top || used + units > caps[level]!) continue
        if (at < bestAt || used + units < bestFill) [bestAt, bestFill] = [at, used + units]
        break
      }
    }
    filling[subset] = bestFill === Infinity ? 0 : bestAt
    fill[subset] = bestFill
  }
}

/** The sum over each subset. */
function sums(pieces: readonly Piece[], of: (piece: Piece) => number): Float64Array {
  const found = new Float64Array(2 ** pieces.length)
  for (let subset = 1; subset < found.length; subset += 1) {
    const bit = subset & -subset
    found[subset] = found[subset ^ bit]! + of(pieces[pieces.length - 32 + Math.clz32(bit)]!)
  }
  return found
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1
  return count
}
