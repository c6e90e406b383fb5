/** Cuts marked text into fragments, with long ones shortened. */

/** Characters of the private use area: no text that a person wrote has them. */
export const MATCH_BEGINS = '\ue000'
export const MATCH_ENDS = '\ue001'

/** Beside what matched so much is kept, on either side. */
const KEPT_BESIDE_CHARACTERS = 60
export const MOST_FRAGMENTS = 20

interface Fragment {
  text: string
  matched: boolean
}

/** The text in its order; empty when nothing in it matched. */
export function fragmentsOf(marked: string): Fragment[] {
  const [first = '', ...rest] = marked.split(MATCH_BEGINS)
  if (rest.length === 0) return []
  const fragments = rest.flatMap((part, at): Fragment[] => {
    const [text = '', beside = ''] = part.split(MATCH_ENDS)
    const isLast = at === rest.length - 1
    return [
      { text, matched: true },
      { text: shortened(beside, true, !isLast), matched: false },
    ]
  })
  const all = [{ text: shortened(first, false, true), matched: false }, ...fragments]
  return all.filter(({ text }) => text !== '').slice(0, MOST_FRAGMENTS)
}

/** What is kept of its beginning, its end or both, with an ellipsis for the rest; whole characters only. */
function shortened(text: string, beginning: boolean, end: boolean): string {
  const letters = [...text]
  const from = beginning ? KEPT_BESIDE_CHARACTERS : 0
  const to = letters.length - (end ? KEPT_BESIDE_CHARACTERS : 0)
  return to <= from ? text : `${letters.slice(0, from).join('')}…${letters.slice(to).join('')}`
}
