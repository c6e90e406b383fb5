/** Places few pieces of credit by looking at every subset once. */
import type { Limits, Piece, PlacementSearch, Placing } from './placement-search.rules.ts'

/**
 * How far the levels are filled, for each subset, when they are filled in a fixed order as tightly as possible: which
 * of them is being filled, and what is in it. Less is always at least as good for whatever comes next, so that one
 * entry a subset is enough.
 */
interface Packing {
  readonly filling: Uint8Array
  /** Infinity for a subset that cannot be placed. */
  readonly fill: Float64Array
}

/** Measured: a step here takes as long as about ten of the grid's, which goes along words of 32 points. */
const GRID_STEPS_PER_STEP = 10

/** Steps that the search takes at most; a function of nothing but sizes, so that refusing is deterministic. */
export function subsetSteps(pieces: number, levels: number): number {
  return 2 ** pieces * pieces * levels * GRID_STEPS_PER_STEP
}

/**
 * A subset is a number: piece i is its bit n − 1 − i, so that of two of one size the greater has the first refs.
 * Most often what is looked for fits with every piece at its own level; only where it does not are the packings made.
 */
export function searchSubsets(pieces: readonly Piece[], limits: Limits): PlacementSearch {
  const { caps } = limits
  const totals = sums(pieces.map(({ units }) => units))
  const free = sums(pieces.map(({ units, freeChoice }) => (freeChoice ? units : 0)))
  const left = new Float64Array(caps.length)
  const packings: (Packing | undefined)[] = caps.map(() => undefined)

  function isAllowed(subset: number): boolean {
    return totals[subset]! <= limits.total && free[subset]! <= limits.freeChoice
  }

  /** Whether all of it fits with each piece at the highest level it may go to, beside so many units at one level. */
  function fitsAtTop(subset: number, level: number, besideUnits: number): boolean {
    for (let at = 0; at < caps.length; at += 1) left[at] = caps[at]!
    left[level]! -= besideUnits
    let short = left[level]! < 0
    for (let bits = subset; bits !== 0 && !short; bits &= bits - 1) {
      const { units, top } = pieces[pieces.length - 32 + Math.clz32(bits & -bits)]!
      left[top]! -= units
      short = left[top]! < 0
    }
    return !short
  }

  function packing(last: number): Packing {
    packings[last] ??= pack(pieces, caps, last, isAllowed)
    return packings[last]
  }

  function canBePlaced(subset: number): boolean {
    if (!isAllowed(subset)) return false
    if (packings[0] === undefined && fitsAtTop(subset, 0, 0)) return true
    return packing(0).fill[subset] !== Infinity
  }

  function leavesRoom(subset: number, level: number, units: number): boolean {
    if (!isAllowed(subset)) return false
    if (packings[level] === undefined && fitsAtTop(subset, level, units)) return true
    const { filling, fill } = packing(level)
    // What is filled last takes as little as it can; the levels before it are as many as there are others.
    const least = filling[subset] === caps.length - 1 || fill[subset] === Infinity ? fill[subset]! : 0
    return least + units <= caps[level]!
  }

  function greatestTotal(): number {
    let greatest = 0
    for (let subset = totals.length - 1; subset > 0; subset -= 1) {
      if (totals[subset]! > greatest && canBePlaced(subset)) greatest = totals[subset]!
    }
    return greatest
  }

  function best(from: number): Placing[] {
    let found = 0
    let least = Infinity
    for (let subset = totals.length - 1; subset > 0; subset -= 1) {
      const total = totals[subset]!
      if (total < from || total > least) continue
      if (total === least && bitCount(subset) >= bitCount(found)) continue
      if (canBePlaced(subset)) [found, least] = [subset, total]
    }
    const chosen = positionsIn(found)
    if (fitsAtTop(found, 0, 0)) return chosen.map((piece) => ({ piece, level: pieces[piece]!.top }))
    return highestLevels(pieces, chosen, caps)
  }

  function positionsIn(subset: number): number[] {
    const positions: number[] = []
    for (let piece = 0; piece < pieces.length; piece += 1) {
      if (subset & (1 << (pieces.length - 1 - piece))) positions.push(piece)
    }
    return positions
  }

  return { greatestTotal, best, rooms: () => ({ totals, leavesRoom }) }
}

/** Piece by piece the highest level from which the rest can still be placed. All of them can be. */
function highestLevels(pieces: readonly Piece[], chosen: readonly number[], caps: readonly number[]): Placing[] {
  const left = [...caps]
  return chosen.map((piece, at) => {
    const { units, top } = pieces[piece]!
    const rest = chosen.slice(at + 1).map((later) => pieces[later]!)
    for (let level = top; ; level -= 1) {
      if (units > left[level]!) continue
      left[level]! -= units
      if (pack(rest, left, 0, () => true).fill.at(-1) !== Infinity) return { piece, level }
      left[level]! += units
    }
  })
}

/** Fills the levels in order, the given one last. `filling` counts levels in that order. */
function pack(
  pieces: readonly Piece[],
  caps: readonly number[],
  last: number,
  isAllowed: (subset: number) => boolean,
): Packing {
  const order = [...caps.keys()].filter((level) => level !== last)
  order.push(last)
  const size = 2 ** pieces.length
  const filling = new Uint8Array(size)
  const fill = new Float64Array(size).fill(Infinity)
  fill[0] = 0
  const firstBit = pieces.length - 32
  for (let subset = 1; subset < size; subset += 1) {
    if (!isAllowed(subset)) continue
    let bestAt = order.length - 1
    let bestFill = Infinity
    for (let bits = subset; bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits
      const before = subset ^ bit
      let used = fill[before]!
      if (used === Infinity) continue
      const { units, lowest, top } = pieces[firstBit + Math.clz32(bit)]!
      for (let at = filling[before]!; at <= bestAt; at += 1, used = 0) {
        const level = order[at]!
        if (level < lowest || level > top || used + units > caps[level]!) continue
        if (at < bestAt || used + units < bestFill) {
          bestAt = at
          bestFill = used + units
        }
        break
      }
    }
    filling[subset] = bestAt
    fill[subset] = bestFill
  }
  return { filling, fill }
}

/** The sum over each subset. */
function sums(units: readonly number[]): Float64Array {
  const found = new Float64Array(2 ** units.length)
  const firstBit = units.length - 32
  for (let subset = 1; subset < found.length; subset += 1) {
    const bit = subset & -subset
    found[subset] = found[subset ^ bit]! + units[firstBit + Math.clz32(bit)]!
  }
  return found
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1
  return count
}
