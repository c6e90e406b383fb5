/** Collects what all pages of a list hold, in the order in which they come. */
export async function allPages<Entry>(pages: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
  const found: Entry[] = []
  for await (const page of pages) found.push(...page)
  return found
}
