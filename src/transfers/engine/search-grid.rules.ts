/** Places many pieces of similar credit by marking every reachable level sum. */
import { addMoved, emptySet, fullSet, type Grid, has, keepUpTo, makeGrid } from './bit-grid.rules.ts'
import { cheapestInGrid, cheapestSetByTotal, type Problem } from './cheapest-set.rules.ts'
import type { Limits, Piece, PlacementSearch, Placing, Rooms } from './placement-search.rules.ts'

/** Steps that the search takes at most; a function of nothing but amounts and limits, so that refusing is deterministic. */
export function gridSteps(pieces: readonly Piece[], limits: Limits): number {
  const step = greatestCommonDivisor(pieces)
  const states = capsInSteps(pieces, limits, step).reduce((product, cap) => product * (cap + 1), 1)
  return states * pieces.reduce((sum, { lowest, top }) => sum + top - lowest + 1, 0)
}

/** Everything inside is counted in steps, the greatest common divisor of the amounts. There is at least one piece. */
export function searchGrid(givenPieces: readonly Piece[], limits: Limits): PlacementSearch {
  const step = greatestCommonDivisor(givenPieces)
  const pieces = givenPieces.map((piece) => ({ ...piece, units: piece.units / step }))
  const caps = capsInSteps(givenPieces, limits, step)
  const freeChoice = Math.floor(limits.freeChoice / step)
  const order = [...pieces.keys()].sort(
    (left, right) => Number(pieces[right]!.freeChoice) - Number(pieces[left]!.freeChoice),
  )
  const problem: Problem = { pieces, order, caps, freeChoice }
  const grid = makeGrid(caps)
  const reachable = reach(grid, problem, Math.floor(limits.total / step))
  const totals = totalsOf(grid, reachable)

  function best(from: number): Placing[] {
    const total = totals.indexOf(1, Math.ceil(from / step))
    const likely = cheapestSetByTotal(problem, total)
    const placed = likely === null ? null : highestLevels(grid, pieces, likely)
    return placed ?? highestLevels(grid, pieces, cheapestInGrid(problem, grid, total))!
  }

  function rooms(): Rooms {
    const least = leastTaken(grid, reachable, totals.length)
    return {
      totals: Float64Array.from(totals, (_, total) => total * step),
      leavesRoom: (total, level, units) => least[level]![total]! * step + units <= limits.caps[level]!,
    }
  }

  return { greatestTotal: () => totals.lastIndexOf(1) * step, best, rooms }
}

/** Every combination of level sums that some pieces make within the limits. */
function reach(grid: Grid, { pieces, order, freeChoice }: Problem, total: number): Uint32Array {
  const reachable = emptySet(grid)
  const before = emptySet(grid)
  reachable[0] = 1
  const lastFree = order.findLastIndex((index) => pieces[index]!.freeChoice)
  order.forEach((index, at) => {
    const { units, lowest, top } = pieces[index]!
    before.set(reachable)
    for (let level = lowest; level <= top; level += 1) addMoved(grid, reachable, before, level, units)
    // All there is by now is free choice, so that its limit is a limit of the total.
    if (at === lastFree) keepUpTo(grid, reachable, freeChoice)
  })
  keepUpTo(grid, reachable, total)
  return reachable
}

/** By total: 1 when some combination adds up to it. */
function totalsOf(grid: Grid, reachable: Uint32Array): Uint8Array {
  const totals = new Uint8Array(grid.sizes.reduce((sum, size) => sum + size - 1, 1))
  const { wordsPerRow, rowSums } = grid
  for (let word = 0; word < reachable.length; word += 1) {
    if (reachable[word] === 0) continue
    const first = rowSums[Math.floor(word / wordsPerRow)]! + 32 * (word % wordsPerRow)
    for (let bits = reachable[word]!; bits !== 0; bits &= bits - 1) totals[first + 31 - Math.clz32(bits & -bits)] = 1
  }
  return totals
}

/** By level and total: the least that the level has to take; Infinity when no combination adds up to the total. */
function leastTaken(grid: Grid, reachable: Uint32Array, totals: number): Float64Array[] {
  const { wordsPerRow, rowSums, positions, inner } = grid
  const least = grid.sizes.map(() => new Float64Array(totals).fill(Infinity))
  for (let word = 0; word < reachable.length; word += 1) {
    if (reachable[word] === 0) continue
    const row = Math.floor(word / wordsPerRow)
    const first = 32 * (word % wordsPerRow)
    for (let bits = reachable[word]!; bits !== 0; bits &= bits - 1) {
      const along = first + 31 - Math.clz32(bits & -bits)
      const total = rowSums[row]! + along
      for (let level = 0; level < least.length; level += 1) {
        const taken = level === inner ? along : positions[level]![row]!
        if (taken < least[level]![total]!) least[level]![total] = taken
      }
    }
  }
  return least
}

/**
 * Piece by piece the highest level from which the rest can still be placed; null when the pieces cannot all be placed.
 * `roomFor[i]` are the combinations of room left in the levels that suffice for the pieces from the i-th on.
 */
function highestLevels(grid: Grid, pieces: readonly Piece[], chosen: readonly number[]): Placing[] | null {
  const roomFor = [fullSet(grid)]
  for (const piece of chosen.toReversed()) {
    const { units, lowest, top } = pieces[piece]!
    const enough = emptySet(grid)
    for (let level = lowest; level <= top; level += 1) addMoved(grid, enough, roomFor[0]!, level, units)
    roomFor.unshift(enough)
  }
  const room = grid.sizes.map((size) => size - 1)
  if (!has(grid, roomFor[0]!, room)) return null
  return chosen.map((piece, at) => {
    const { units, top } = pieces[piece]!
    for (let level = top; ; level -= 1) {
      room[level]! -= units
      if (room[level]! >= 0 && has(grid, roomFor[at + 1]!, room)) return { piece, level }
      room[level]! += units
    }
  })
}

/** What a level can take at most: its cap, the total, and all that may go there, whichever is least. */
function capsInSteps(pieces: readonly Piece[], { caps, total }: Limits, step: number): number[] {
  return caps.map((cap, level) => {
    const offered = pieces
      .filter(({ lowest, top }) => lowest <= level && level <= top)
      .reduce((sum, { units }) => sum + units, 0)
    return Math.floor(Math.min(cap, total, offered) / step)
  })
}

function greatestCommonDivisor(pieces: readonly Piece[]): number {
  let divisor = 0
  for (const { units } of pieces) {
    for (let rest = units; rest !== 0; ) [divisor, rest] = [rest, divisor % rest]
  }
  return divisor
}
