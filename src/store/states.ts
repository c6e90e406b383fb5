/** Declares tables of states and refuses moves that they do not list. */

export interface States<Status extends string> {
  /** Name of the noun in the graph, e.g. Payment. */
  readonly noun: string
  readonly moves: Readonly<Record<Status, readonly Status[]>>
}

/** A move that the table does not have: a mistake of ours, or a request that comes too late. */
export class IllegalMove extends Error {
  override readonly name = 'IllegalMove'
  readonly from: string
  readonly to: string

  constructor(noun: string, from: string, to: string) {
    super(`${noun} cannot go from ${from} to ${to}`)
    this.from = from
    this.to = to
  }
}

/** Whether the table has the move. */
export function canMove<Status extends string>(states: States<Status>, from: Status, to: Status): boolean {
  return states.moves[from].includes(to)
}

/** Throws IllegalMove unless the table has the move. */
export function checkMove<Status extends string>(states: States<Status>, from: Status, to: Status): void {
  if (!canMove(states, from, to)) throw new IllegalMove(states.noun, from, to)
}

/**
 * The shortest row of legal moves from one status to another, passing only through the statuses of `through`; empty when
 * it is there already, null when there is no such way. For when an upstream has gone several steps unobserved.
 */
export function stepsTo<Status extends string>(
  states: States<Status>,
  from: Status,
  to: Status,
  through: readonly Status[],
): Status[] | null {
  if (from === to) return []
  const reached = new Set<Status>([from])
  let ways: Status[][] = [[]]
  while (ways.length > 0) {
    const arrived = ways.find((way) => canMove(states, way.at(-1) ?? from, to))
    if (arrived) return [...arrived, to]
    ways = ways.flatMap((way) =>
      states.moves[way.at(-1) ?? from]
        .filter((next) => through.includes(next) && !reached.has(next) && reached.add(next))
        .map((next) => [...way, next]),
    )
  }
  return null
}
