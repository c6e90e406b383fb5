/** Names what is sold, for the provider's page and for papers. */

const LONGEST_CHARACTERS = 120

/** `<title>, starts 4 January 2027` in the run's zone; of a title too long for both, its beginning. */
export function itemDescription(
  title: string,
  { startsAt, timeZone }: { startsAt: Date | null; timeZone: string },
): string {
  const starts = startsAt === null ? '' : `, starts ${dayIn(startsAt, timeZone)}`
  const room = LONGEST_CHARACTERS - starts.length
  const letters = [...title]
  return `${letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : title}${starts}`
}

function dayIn(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(instant)
}
