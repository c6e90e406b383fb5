/** Serves the clock of the local world on every sandbox. */
import type { FastifyInstance } from 'fastify'
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import type { LocalClock } from './local-clock.ts'

const MOST_YEARS_AHEAD = 5

const durationText = z.string().transform((text, context) => {
  try {
    return Temporal.Duration.from(text)
  } catch {
    context.addIssue('expected an ISO 8601 duration, e.g. P15D or PT2H')
    return z.NEVER
  }
})
const instantText = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text)
  } catch {
    context.addIssue('expected an instant, e.g. 2027-01-31T09:00:00Z')
    return z.NEVER
  }
})
const request = z
  .strictObject({ advance: durationText.optional(), to: instantText.optional() })
  .refine(({ advance, to }) => (advance === undefined) !== (to === undefined), 'expected either advance or to')

class NotPossible extends Error {}

/** Serves GET and POST /_sandbox/clock. */
export function registerClockControl(app: FastifyInstance, clock: LocalClock): void {
  const state = () => ({ now: clock.now().toISOString(), aheadSeconds: clock.aheadSeconds })
  app.get('/_sandbox/clock', async () => state())
  app.post('/_sandbox/clock', async (call, reply) => {
    const asked = request.safeParse(call.body ?? {})
    if (!asked.success) return reply.code(400).send({ error: z.prettifyError(asked.error) })
    try {
      await clock.move(() => aheadOf(clock, asked.data))
      return state()
    } catch (problem) {
      const status = problem instanceof NotPossible ? 409 : 503
      return reply.code(status).send({ error: (problem as Error).message, ...state() })
    }
  })
}

/** How many seconds ahead of real time the clock is to be. Throws NotPossible. */
function aheadOf(clock: LocalClock, { advance, to }: z.output<typeof request>): number {
  const now = Temporal.Instant.fromEpochMilliseconds(clock.now().getTime()).toZonedDateTimeISO('UTC')
  const then = advance === undefined ? (to as Temporal.Instant).toZonedDateTimeISO('UTC') : reached(now, advance)
  if (Temporal.ZonedDateTime.compare(then, now) < 0) throw new NotPossible('The clock does not go back.')
  const moved = Math.round((then.epochMilliseconds - now.epochMilliseconds) / 1000)
  const ahead = clock.aheadSeconds + moved
  const real = Temporal.Instant.fromEpochMilliseconds(Date.now()).toZonedDateTimeISO('UTC')
  const furthest = real.add({ years: MOST_YEARS_AHEAD })
  if (real.epochMilliseconds + ahead * 1000 > furthest.epochMilliseconds)
    throw new NotPossible(`The clock goes at most ${MOST_YEARS_AHEAD} years ahead of real time.`)
  return ahead
}

function reached(now: Temporal.ZonedDateTime, advance: Temporal.Duration): Temporal.ZonedDateTime {
  try {
    return now.add(advance)
  } catch {
    throw new NotPossible('That is further than a calendar reaches.')
  }
}
