/** Joins the pages of a list in Apollo Client's cache, by nodes as by edges. */

interface PageInfo {
  startCursor?: string | null
  endCursor?: string | null
  hasNextPage?: boolean
  hasPreviousPage?: boolean
}

/** What is kept of a list: the pages so far as one, and where each page began and ended. */
interface Kept {
  nodes?: readonly unknown[]
  edges?: readonly unknown[]
  pageInfo?: PageInfo
  /** How many entries stand before a cursor that a page began with, and up to one that a page ended with. */
  places?: Readonly<Record<string, number>>
  [field: string]: unknown
}

interface PageArguments {
  after?: string | null
  before?: string | null
}

/**
 * A field policy of Apollo Client for a connection. `keyArgs` are the arguments that make another list of it. A page
 * that is asked `after` or `before` a cursor joins the pages that are there; one that is asked again takes its old place;
 * one without a cursor begins the list anew.
 */
export function connectionPolicy(keyArgs: readonly string[]) {
  return {
    keyArgs: [...keyArgs],
    merge(kept: Kept | undefined, page: Kept, { args }: { args: PageArguments | null }): Kept {
      const { after, before } = args ?? {}
      if (!kept || (!after && !before)) return withPlaces(page, 0, {})
      return after ? joinedAfter(kept, page, after) : joinedBefore(kept, page, before as string)
    },
    /** Without what only `merge` needs. */
    read(kept: Kept | undefined): Kept | undefined {
      if (!kept) return undefined
      const { places: _, ...list } = kept
      return list
    },
  }
}

const lengthOf = ({ nodes, edges }: Kept): number => Math.max(nodes?.length ?? 0, edges?.length ?? 0)

/** The page, which begins after so many entries, with the places of its cursors added to those known. */
function withPlaces(
  page: Kept,
  entriesBefore: number,
  known: Readonly<Record<string, number>>,
  whole: Kept = page,
): Kept {
  const { startCursor, endCursor } = page.pageInfo ?? {}
  const places = {
    ...known,
    ...(startCursor && { [`before ${startCursor}`]: entriesBefore }),
    ...(endCursor && { [`after ${endCursor}`]: entriesBefore + lengthOf(page) }),
  }
  return { ...whole, places }
}

function joinedAfter(kept: Kept, page: Kept, after: string): Kept {
  const at = kept.places?.[`after ${after}`] ?? lengthOf(kept)
  const list = (name: 'nodes' | 'edges') =>
    page[name] || kept[name] ? { [name]: [...(kept[name]?.slice(0, at) ?? []), ...(page[name] ?? [])] } : {}
  const pageInfo = {
    ...page.pageInfo,
    ...pick(kept.pageInfo, 'startCursor'),
    ...pick(kept.pageInfo, 'hasPreviousPage'),
  }
  return withPlaces(page, at, kept.places ?? {}, { ...kept, ...page, ...list('nodes'), ...list('edges'), pageInfo })
}

function joinedBefore(kept: Kept, page: Kept, before: string): Kept {
  const at = kept.places?.[`before ${before}`] ?? 0
  const list = (name: 'nodes' | 'edges') =>
    page[name] || kept[name] ? { [name]: [...(page[name] ?? []), ...(kept[name]?.slice(at) ?? [])] } : {}
  const pageInfo = { ...page.pageInfo, ...pick(kept.pageInfo, 'endCursor'), ...pick(kept.pageInfo, 'hasNextPage') }
  const moved = lengthOf(page) - at
  const places = Object.fromEntries(
    Object.entries(kept.places ?? {})
      .filter(([, place]) => place >= at)
      .map(([cursor, place]) => [cursor, place + moved]),
  )
  return withPlaces(page, 0, places, { ...kept, ...page, ...list('nodes'), ...list('edges'), pageInfo })
}

function pick<Name extends keyof PageInfo>(pageInfo: PageInfo | undefined, name: Name): PageInfo {
  const value = pageInfo?.[name]
  return value === undefined ? {} : { [name]: value }
}
