/** Writes a deadline in the zone that its reader asks for. */
import { Arg } from 'type-graphql'
import { inZone, isTimeZone } from '../../values/dates.ts'
import { badUserInput } from './errors.ts'
import { TimeZone } from './scalars.ts'

/** The argument `timeZone` of a deadline. */
export const ReadersZone = () => Arg('timeZone', () => TimeZone, { nullable: true, description: "The reader's zone." })

/** The zone that was asked for, null for none. Throws BAD_USER_INPUT for a name that is none. */
export function readersZone(timeZone: string | null | undefined): string | null {
  if (timeZone == null) return null
  if (!isTimeZone(timeZone)) throw badUserInput('timeZone expects an IANA time-zone name, e.g. "Europe/London".')
  return timeZone
}

/** The same instant with the offset of that zone; without one as it is, which is written in UTC. Throws BAD_USER_INPUT. */
export function inReadersZone<Instant extends Date | null>(
  instant: Instant,
  timeZone: string | null | undefined,
): Instant | string {
  const zone = readersZone(timeZone)
  return zone === null || instant === null ? instant : inZone(instant, zone)
}
