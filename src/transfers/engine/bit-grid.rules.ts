/** Stores a grid of level sums as bits that shift by machine words. */

/** One axis per level; the longest runs along the rows, so that little is lost to filling up words. */
export interface Grid {
  /** Points along each level: 0 to its cap. */
  readonly sizes: readonly number[]
  /** The level that runs along a row. */
  readonly inner: number
  readonly rows: number
  readonly wordsPerRow: number
  /** Rows from one point to the next along each level; 0 for the inner one. */
  readonly rowStrides: readonly number[]
  /** By level and row: where the row lies along the level; 0 for the inner one. */
  readonly positions: readonly Int32Array[]
  /** By row: the sum of its positions. */
  readonly rowSums: Int32Array
}

export function makeGrid(caps: readonly number[]): Grid {
  const sizes = caps.map((cap) => cap + 1)
  const inner = sizes.indexOf(Math.max(...sizes))
  let rows = 1
  const rowStrides = sizes.map((size, level) => {
    if (level === inner) return 0
    rows *= size
    return rows / size
  })
  const rowSums = new Int32Array(rows)
  const positions = sizes.map((size, level) => {
    const along = new Int32Array(rows)
    if (level === inner) return along
    for (let row = 0; row < rows; row += 1) {
      along[row] = Math.floor(row / rowStrides[level]!) % size
      rowSums[row]! += along[row]!
    }
    return along
  })
  return { sizes, inner, rows, wordsPerRow: Math.ceil(sizes[inner]! / 32), rowStrides, positions, rowSums }
}

export function emptySet(grid: Grid): Uint32Array {
  return new Uint32Array(grid.rows * grid.wordsPerRow)
}

export function fullSet(grid: Grid): Uint32Array {
  const points = emptySet(grid).fill(0xffffffff)
  keepUpTo(grid, points, Infinity)
  return points
}

export function has(grid: Grid, points: Uint32Array, at: readonly number[]): boolean {
  let row = 0
  for (let level = 0; level < at.length; level += 1) row += at[level]! * grid.rowStrides[level]!
  const along = at[grid.inner]!
  return ((points[row * grid.wordsPerRow + (along >>> 5)]! >>> (along & 31)) & 1) === 1
}

/** Adds to `into` the points of `from`, moved `by` steps up the level; those that would leave the grid are dropped. */
export function addMoved(grid: Grid, into: Uint32Array, from: Uint32Array, level: number, by: number): void {
  if (by >= grid.sizes[level]!) return
  if (level === grid.inner) addMovedAlongRows(grid, into, from, by)
  else addMovedAcrossRows(grid, into, from, level, by)
}

function addMovedAcrossRows(grid: Grid, into: Uint32Array, from: Uint32Array, level: number, by: number): void {
  const step = grid.rowStrides[level]! * grid.wordsPerRow
  const block = step * grid.sizes[level]!
  const shift = by * step
  for (let start = 0; start < from.length; start += block) {
    const end = start + block - shift
    for (let word = start; word < end; word += 1) into[word + shift]! |= from[word]!
  }
}

function addMovedAlongRows(grid: Grid, into: Uint32Array, from: Uint32Array, by: number): void {
  const { wordsPerRow } = grid
  const words = by >>> 5
  const bits = by & 31
  const mask = lowBits(grid.sizes[grid.inner]! - 32 * (wordsPerRow - 1))
  for (let start = 0; start < from.length; start += wordsPerRow) {
    for (let word = wordsPerRow - 1; word >= words; word -= 1) {
      let moved = from[start + word - words]! << bits
      if (bits !== 0 && word > words) moved |= from[start + word - words - 1]! >>> (32 - bits)
      into[start + word]! |= moved
    }
    into[start + wordsPerRow - 1]! &= mask
  }
}

/** Drops the points whose positions add up to more than the limit. */
export function keepUpTo(grid: Grid, points: Uint32Array, limit: number): void {
  const { wordsPerRow, rows, rowSums } = grid
  const size = grid.sizes[grid.inner]!
  for (let row = 0; row < rows; row += 1) {
    const kept = Math.min(size, limit - rowSums[row]! + 1)
    for (let word = 0; word < wordsPerRow; word += 1) {
      points[row * wordsPerRow + word]! &= lowBits(kept - 32 * word)
    }
  }
}

/** A mask of that many low bits: none when it is negative, all of them from 32 on. */
function lowBits(count: number): number {
  return count <= 0 ? 0 : count >= 32 ? -1 : (1 << count) - 1
}
