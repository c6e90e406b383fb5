/** Names what is sold, for the provider's page and for papers. */
import { spokenDay } from '../values/dates.ts'

const LONGEST_CHARACTERS = 120

/** `<title>, starts 4 January 2027` in the run's zone; of a title too long for both, its beginning. */
export function itemDescription(
  title: string,
  { startsAt, timeZone }: { startsAt: Date | null; timeZone: string },
): string {
  const starts = startsAt === null ? '' : `, starts ${spokenDay(startsAt, timeZone)}`
  const room = LONGEST_CHARACTERS - starts.length
  const letters = [...title]
  return `${letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : title}${starts}`
}
