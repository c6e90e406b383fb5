/** Says whether a crontab's line would have run within a time. */
import { parseCrontab } from 'graphile-worker'

const MINUTE_MS = 60_000
/** Everything that runs by the clock runs once a month at least. */
const LOOKED_BACK_MS = 31 * 24 * 60 * MINUTE_MS

/** After `from` and until `to`, in UTC, once or more often. */
export function cronDue(line: string, from: Date, to: Date): boolean {
  const earliestMs = Math.max(from.getTime(), to.getTime() - LOOKED_BACK_MS)
  const first = Math.floor(earliestMs / MINUTE_MS) + 1
  const last = Math.floor(to.getTime() / MINUTE_MS)
  return parseCrontab(line).some(({ match }) => {
    for (let minute = first; minute <= last; minute += 1) if (match(digestOf(new Date(minute * MINUTE_MS)))) return true
    return false
  })
}

const digestOf = (at: Date) => ({
  min: at.getUTCMinutes(),
  hour: at.getUTCHours(),
  date: at.getUTCDate(),
  month: at.getUTCMonth() + 1,
  dow: at.getUTCDay(),
})
