/** Reads learners' progress live from the partner, batched and cached for seconds. */
import { Field, Int, ObjectType } from 'type-graphql'
import type { Context } from '../context.ts'
import { Freshness } from '../courses/freshness.ts'
import { upstreamUnavailable } from '../graph/contract/errors.ts'
import { Decimal } from '../graph/contract/scalars.ts'
import { defineLiveValues } from '../reading/live-values.ts'
import { defineLoader } from '../reading/loader.ts'
import { ratioText } from './apply-registration.ts'
import { isOnTheRun } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'

@ObjectType({ simpleResolvers: true, description: 'How far the learner has come, as the partner counts it.' })
export class Progress {
  @Field(() => Decimal, { description: 'Completed steps out of all, 0 to 1.' })
  stepsCompletedRatio!: string

  @Field(() => Int, { description: 'Completed steps.' })
  stepsCompleted!: number

  @Field(() => Freshness, { description: 'When the partner said so, and whether it is silent since.' })
  freshness!: Freshness
}

/** What a loader asks for: the row knows the last progress that was seen. */
export type ProgressRow = Pick<
  Enrolment,
  'id' | 'status' | 'registrationUuid' | 'stepsCompletedRatio' | 'stepsCompleted' | 'progressSeenAt'
>
type Asking = Pick<Context, 'loads' | 'partner' | 'now' | 'signal' | 'underway'>

const FRESH_MS = 5_000
const REMEMBERED_VALUES = 10_000
/** As many as the partner answers about in one call. */
const REGISTRATIONS_AT_ONCE = 100

const progressAt = defineLiveValues<Progress | null>(FRESH_MS, REMEMBERED_VALUES)

/**
 * The progress of an enrolment; null when it is not registered or the partner does not count. While the partner cannot
 * say it is the last that is known, marked stale; when nothing is known, it fails with UPSTREAM_UNAVAILABLE.
 */
export function progressOf(context: Asking, row: ProgressRow): Promise<Progress | null> | Progress | null {
  if (row.registrationUuid === null) return null
  return isOnTheRun(row.status) ? liveProgress(context, row) : lastKnown(row, false)
}

const liveProgress = defineLoader<ProgressRow, Progress | null, Asking>(
  async (context, rows) => {
    const uuids = rows.map(({ registrationUuid }) => registrationUuid as string)
    const progress = await progressAt(context.partner).read(context, uuids, (missing, signal) =>
      ask(context, missing, signal),
    )
    return progress.map(({ value, missed }, at) => {
      if (missed === null && value === null) return null
      const known = newest(value ?? null, rows[at] as ProgressRow, missed !== null)
      const isUnknown = missed !== null && value === undefined && known === null
      return isUnknown ? upstreamUnavailable('partner', missed.retryAfterSeconds) : known
    })
  },
  { cacheKey: ({ id }) => id, maxBatchSize: REGISTRATIONS_AT_ONCE },
)

async function ask(
  { partner, now }: Asking,
  uuids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Progress | null>> {
  const fetchedAt = now()
  const found = await partner.registrations(uuids, signal)
  return new Map(
    uuids.map((uuid) => {
      const { stepsCompletedRatio = null, stepsCompletedCount = null } = found.get(uuid) ?? {}
      if (stepsCompletedRatio === null) return [uuid, null]
      const freshness = { source: 'partner', fetchedAt, stale: false }
      const progress = {
        stepsCompletedRatio: ratioText(stepsCompletedRatio),
        stepsCompleted: stepsCompletedCount ?? 0,
        freshness,
      }
      return [uuid, progress]
    }),
  )
}

/** Of what was seen live and what is stored: a webhook may have brought it since. */
function newest(seen: Progress | null, row: ProgressRow, stale: boolean): Progress | null {
  const stored = lastKnown(row, stale)
  if (seen === null || (stored !== null && stored.freshness.fetchedAt > seen.freshness.fetchedAt)) return stored
  const { stepsCompletedRatio, stepsCompleted, freshness } = seen
  return { stepsCompletedRatio, stepsCompleted, freshness: { ...freshness, stale } }
}

function lastKnown(row: ProgressRow, stale: boolean): Progress | null {
  const { stepsCompletedRatio, stepsCompleted, progressSeenAt } = row
  if (stepsCompletedRatio === null || progressSeenAt === null) return null
  const freshness = { source: 'partner', fetchedAt: progressSeenAt, stale }
  return { stepsCompletedRatio, stepsCompleted: stepsCompleted ?? 0, freshness }
}
