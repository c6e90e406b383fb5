/** Joins equal looks at one thing: one is under way, and all who come meanwhile share the next. */

interface Looking<Seen> {
  current: Promise<Seen>
  /** Begins when the current one is over. */
  next: Promise<Seen> | null
}

/**
 * Whoever comes while a look is under way does not get its answer: it may be older than what made them ask, such as a webhook.
 * They all share the look after it.
 */
export class JoinedLooks<Seen> {
  private readonly byOwner = new WeakMap<object, Map<string, Looking<Seen>>>()

  /** What `look` sees, asked for at once or by whoever was first to wait for the same key of the same owner. */
  join(owner: object, key: string, look: () => Promise<Seen>): Promise<Seen> {
    const looking = this.byOwner.get(owner) ?? new Map<string, Looking<Seen>>()
    this.byOwner.set(owner, looking)
    const known = looking.get(key)
    if (known === undefined) return this.begin(looking, key, look)
    known.next ??= known.current.then(
      () => this.begin(looking, key, look),
      () => this.begin(looking, key, look),
    )
    return known.next
  }

  private begin(looking: Map<string, Looking<Seen>>, key: string, look: () => Promise<Seen>): Promise<Seen> {
    const mine: Looking<Seen> = { current: look(), next: null }
    looking.set(key, mine)
    const over = () => {
      // Whoever waits for the next one begins it themselves, and puts it in this place.
      if (mine.next === null && looking.get(key) === mine) looking.delete(key)
    }
    mine.current.then(over, over)
    return mine.current
  }
}
