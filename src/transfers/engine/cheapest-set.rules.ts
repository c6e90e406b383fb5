/** Finds the fewest pieces, first by ref, that make up a total. */
import type { Grid } from './bit-grid.rules.ts'
import type { Piece } from './placement-search.rules.ts'

/**
 * A piece costs 2^40 less a bit of its own, the greater the earlier its ref: 40 such bits together are less than 2^40,
 * so fewer pieces are always cheaper, and among as many the first refs are. Sums of 40 are exact in a double,
 * and tell which pieces they are made of.
 */
const COST_PER_PIECE = 2 ** 40

function costOf(piece: number): number {
  return COST_PER_PIECE - bitOf(piece)
}

function bitOf(piece: number): number {
  return 2 ** (39 - piece)
}

function piecesOf(cost: number): number[] {
  let bits = Math.ceil(cost / COST_PER_PIECE) * COST_PER_PIECE - cost
  const pieces: number[] = []
  for (let piece = 0; bits > 0; piece += 1) {
    if (bits < bitOf(piece)) continue
    bits -= bitOf(piece)
    pieces.push(piece)
  }
  return pieces
}

/** All in whole steps of one size. Free-choice pieces come first: while they do, totals keep to the free choice. */
export interface Problem {
  readonly pieces: readonly Piece[]
  readonly order: readonly number[]
  readonly caps: readonly number[]
  readonly freeChoice: number
}

/**
 * The cheapest set for the total when levels are only looked at together: credit that goes no higher than a level must
 * fit in the caps up to there. No set that can be placed is cheaper, so if this one can be placed it is the best.
 * Null when no set makes the total.
 */
export function cheapestSetByTotal({ pieces, order, caps, freeChoice }: Problem, total: number): number[] | null {
  const anyFree = pieces.some((piece) => piece.freeChoice)
  const capsUpTo = caps.map((_, level) => caps.slice(0, level + 1).reduce((sum, cap) => sum + cap, 0))
  const cells = new Float64Array(total + 1).fill(Infinity)
  cells[0] = 0
  let reached = 0
  // In ascending order of their top level, everything so far goes no higher than the piece at hand.
  const sorted = anyFree ? order : order.toSorted((left, right) => pieces[left]!.top - pieces[right]!.top)
  for (const index of sorted) {
    const { units, top, freeChoice: free } = pieces[index]!
    const cost = costOf(index)
    const limit = Math.min(total, anyFree ? (free ? freeChoice : total) : capsUpTo[top]!)
    reached = Math.min(reached + units, limit)
    for (let sum = reached; sum >= units; sum -= 1) {
      const withIt = cells[sum - units]! + cost
      if (withIt < cells[sum]!) cells[sum] = withIt
    }
  }
  return cells[total] === Infinity ? null : piecesOf(cells[total]!)
}

/** The cheapest set for the total among those that can be placed. The total is one that can. */
export function cheapestInGrid({ pieces, order, freeChoice }: Problem, grid: Grid, total: number): number[] {
  const width = grid.sizes[grid.inner]!
  const cells = new Float64Array(grid.rows * width).fill(Infinity)
  cells[0] = 0
  let reached = 0
  for (const index of order) {
    const piece = pieces[index]!
    const cost = costOf(index)
    reached = Math.min(reached + piece.units, piece.freeChoice ? Math.min(freeChoice, total) : total)
    // Downwards, so that what is read has not had this piece yet.
    for (let row = grid.rows - 1; row >= 0; row -= 1) {
      addToRow(grid, cells, row, Math.min(width - 1, reached - grid.rowSums[row]!), piece, cost)
    }
  }
  let cheapest = Infinity
  for (let row = 0; row < grid.rows; row += 1) {
    const along = total - grid.rowSums[row]!
    if (along >= 0 && along < width) cheapest = Math.min(cheapest, cells[row * width + along]!)
  }
  return piecesOf(cheapest)
}

function addToRow(grid: Grid, cells: Float64Array, row: number, last: number, piece: Piece, cost: number): void {
  const width = grid.sizes[grid.inner]!
  const start = row * width
  if (grid.inner >= piece.lowest && grid.inner <= piece.top) {
    for (let cell = start + last; cell >= start + piece.units; cell -= 1) {
      const withIt = cells[cell - piece.units]! + cost
      if (withIt < cells[cell]!) cells[cell] = withIt
    }
  }
  for (let level = piece.lowest; level <= piece.top; level += 1) {
    if (level === grid.inner || grid.positions[level]![row]! < piece.units) continue
    const offset = piece.units * grid.rowStrides[level]! * width
    for (let cell = start; cell <= start + last; cell += 1) {
      const withIt = cells[cell - offset]! + cost
      if (withIt < cells[cell]!) cells[cell] = withIt
    }
  }
}
