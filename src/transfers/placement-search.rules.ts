/** What the two exact ways of placing credit have in common: the pieces, the limits, and the questions they answer. */

/** A piece of credit to place whole at one level, or not at all. Levels are positions in the qualification's list. */
export interface Piece {
  readonly units: number
  /** It may go to any level from this one up to `top`. */
  readonly lowest: number
  readonly top: number
  readonly freeChoice: boolean
}

/** In units; caps are by position of the level, lowest level first. */
export interface Limits {
  readonly caps: readonly number[]
  readonly freeChoice: number
  readonly total: number
}

/** A piece (its position in the list given) and the position of the level where it is placed. */
export interface Placing {
  readonly piece: number
  readonly level: number
}

/**
 * How much room other credit would find: entry i is something that can be placed, of `totals[i]` units,
 * and `least[level][i]` is the least that it needs to take of that level (Infinity when it cannot be placed).
 */
export interface Rooms {
  readonly totals: ArrayLike<number>
  readonly least: readonly ArrayLike<number>[]
}

/** Pieces are given in the order of their refs, so that positions compare as refs do. */
export interface PlacementSearch {
  /** The greatest total that can be placed. */
  greatestTotal(): number
  /** The least total that can be placed and is not below the given one, which some total reaches. */
  leastTotal(from: number): number
  /**
   * The best way to place exactly this total, which can be placed: the fewest pieces; of those the first refs;
   * of those, piece by piece, the highest levels. In the order of the refs.
   */
  best(total: number): Placing[]
  rooms(): Rooms
}
