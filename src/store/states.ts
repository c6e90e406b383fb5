/** Declares tables of states and refuses moves that they do not list. */
/** From one status, or from nothing: each status that follows, with the codes of what causes it. */
type Edges<Status extends string, Cause extends string> = Readonly<Partial<Record<Status, readonly Cause[]>>>

export interface States<Status extends string, Cause extends string = string> {
  /** Name of the noun in the graph, e.g. Payment. */
  readonly noun: string
  /** What is noted in the history while the status stays: of something else that has changed. */
  readonly notes?: readonly string[]
  /** How a thing begins. */
  readonly begins?: Edges<Status, Cause>
  /** A move without a cause is legal, and nothing makes it today. */
  readonly moves: Readonly<Record<Status, Edges<Status, Cause>>>
}

/** Every cause in a table that is declared `as const`. */
export type CauseOf<Table> = Table extends readonly (infer Cause extends string)[]
  ? Cause
  : Table extends object
    ? { [Key in keyof Table]: CauseOf<Table[Key]> }[keyof Table]
    : never

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
export function canMove<Status extends string>(
  states: States<Status>,
  from: NoInfer<Status>,
  to: NoInfer<Status>,
): boolean {
  return Object.hasOwn(states.moves[from], to)
}

/** The statuses to which the table leads from one. */
export function movesFrom<Status extends string>(states: States<Status>, from: NoInfer<Status>): Status[] {
  return Object.keys(states.moves[from]) as Status[]
}

/** Throws IllegalMove unless the table has the move. */
export function checkMove<Status extends string>(
  states: States<Status>,
  from: NoInfer<Status>,
  to: NoInfer<Status>,
): void {
  if (!canMove(states, from, to)) throw new IllegalMove(states.noun, from, to)
}

/**
 * The shortest row of legal moves from one status to another, passing only through the statuses of `through`; empty when
 * it is there already, null when there is no such way. For when an upstream has gone several steps unobserved.
 */
export function stepsTo<Status extends string>(
  states: States<Status>,
  from: NoInfer<Status>,
  to: NoInfer<Status>,
  through: readonly NoInfer<Status>[],
): Status[] | null {
  if (from === to) return []
  const reached = new Set<Status>([from])
  let ways: Status[][] = [[]]
  while (ways.length > 0) {
    const arrived = ways.find((way) => canMove(states, way.at(-1) ?? from, to))
    if (arrived) return [...arrived, to]
    ways = ways.flatMap((way) =>
      movesFrom(states, way.at(-1) ?? from)
        .filter((next) => through.includes(next) && !reached.has(next) && reached.add(next))
        .map((next) => [...way, next]),
    )
  }
  return null
}
