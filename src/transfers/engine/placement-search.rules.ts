/** Declares the pieces, limits and questions that both placement searches share. */

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

/** What can be placed, and how much room other credit would find beside it. */
export interface Rooms {
  /** By entry, in units; not every entry can be placed. */
  readonly totals: ArrayLike<number>
  /** Whether the entry can be placed so that so many units are left of a level's cap. */
  leavesRoom(entry: number, level: number, units: number): boolean
}

/** Pieces are given in the order of their refs, so that positions compare as refs do. */
export interface PlacementSearch {
  /** The greatest total that can be placed. */
  greatestTotal(): number
  /**
   * The best way to place at least so much, which can be placed: the least total; of those the fewest pieces; of those
   * the first refs; of those, piece by piece, the highest levels. In the order of the refs.
   */
  best(from: number): Placing[]
  rooms(): Rooms
}
