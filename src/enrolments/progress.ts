/** Reads learners' progress live from the partner, batched and cached for seconds. */
import { LRUCache } from 'lru-cache'
import { Field, Int, ObjectType } from 'type-graphql'
import type { Context } from '../context.ts'
import { Freshness } from '../courses/freshness.ts'
import { upstreamUnavailable } from '../graph/contract/errors.ts'
import { Decimal } from '../graph/contract/scalars.ts'
import { defineLoader } from '../reading/loader.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import { ratioText } from './apply-registration.ts'
import { isOnTheRun } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'
import type { RegistrationPartner } from './registration-partner.ts'

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
type Asking = Pick<Context, 'loads' | 'partner' | 'now' | 'signal'>

const REMEMBER_MS = 5_000
/** As many as the partner answers about in one call. */
const REGISTRATIONS_AT_ONCE = 100

/** One memory for each partner: tests run several worlds in one process. */
const memories = new WeakMap<RegistrationPartner, LRUCache<string, { progress: Progress | null }>>()

function memoryOf(partner: RegistrationPartner): LRUCache<string, { progress: Progress | null }> {
  const known = memories.get(partner)
  if (known) return known
  const memory = new LRUCache<string, { progress: Progress | null }>({ max: 10_000, ttl: REMEMBER_MS })
  memories.set(partner, memory)
  return memory
}

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
    const memory = memoryOf(context.partner)
    try {
      await remember(context, memory, rows)
      return rows.map(({ registrationUuid }) => memory.get(registrationUuid as string)?.progress ?? null)
    } catch (failure) {
      if (!isUpstreamFailure(failure)) throw failure
      return rows.map((row) => memory.get(row.registrationUuid as string)?.progress ?? fallBack(row, failure))
    }
  },
  { cacheKey: ({ id }) => id, maxBatchSize: REGISTRATIONS_AT_ONCE },
)

async function remember(
  { partner, now, signal }: Asking,
  memory: LRUCache<string, { progress: Progress | null }>,
  rows: readonly ProgressRow[],
): Promise<void> {
  const missing = rows.map(({ registrationUuid }) => registrationUuid as string).filter((uuid) => !memory.has(uuid))
  if (missing.length === 0) return
  const fetchedAt = now()
  const found = await partner.registrations(missing, signal)
  for (const uuid of missing) {
    const { stepsCompletedRatio = null, stepsCompletedCount = null } = found.get(uuid) ?? {}
    const freshness = { source: 'partner', fetchedAt, stale: false }
    const progress = stepsCompletedRatio !== null && {
      stepsCompletedRatio: ratioText(stepsCompletedRatio),
      stepsCompleted: stepsCompletedCount ?? 0,
      freshness,
    }
    memory.set(uuid, { progress: progress || null })
  }
}

function lastKnown(row: ProgressRow, stale: boolean): Progress | null {
  const { stepsCompletedRatio, stepsCompleted, progressSeenAt } = row
  if (stepsCompletedRatio === null || progressSeenAt === null) return null
  const freshness = { source: 'partner', fetchedAt: progressSeenAt, stale }
  return { stepsCompletedRatio, stepsCompleted: stepsCompleted ?? 0, freshness }
}

function fallBack(row: ProgressRow, { upstream, retryAfterSeconds }: UpstreamFailure): Progress | Error {
  return lastKnown(row, true) ?? upstreamUnavailable(upstream, retryAfterSeconds)
}
