/** Polls the partner's registrations, because webhooks get lost: what changed since, or, failing such a list, the known ones. */
import type { Context, Job } from '../context.ts'
import { TryAgainLater } from '../context.ts'
import { firstSyncDone } from '../courses/sync-catalogue.ts'
import { SyncState } from '../courses/sync-state.ts'
import { inTransaction } from '../store/transaction.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { Enrolment } from './enrolment.ts'
import { keepRegistration } from './keep-registration.ts'
import type { Registration } from './registration-partner.ts'

const list = 'enrolments'
const mostAtOnce = 100

async function* known(context: Context): AsyncGenerator<Registration> {
  const active = await context.em
    .fork()
    .find(Enrolment, { status: { $in: ['REGISTERED', 'COMPLETED'] }, registrationUuid: { $ne: null } })
  for (let at = 0; at < active.length; at += mostAtOnce) {
    const uuids = active.slice(at, at + mostAtOnce).map((row) => row.registrationUuid as string)
    yield* (await context.partner.registrations(uuids)).values()
  }
}

async function sync(context: Context): Promise<void> {
  const state = await context.em.fork().findOne(SyncState, { list })
  const changed = await context.partner.changedSince(state?.seenUntil ?? null)
  let seenUntil = state?.seenUntil ?? null
  let complete = true
  for await (const registration of changed ?? known(context)) {
    complete = (await keepRegistration(context, registration)) && complete
    if (registration.updatedAt && (!seenUntil || registration.updatedAt > seenUntil)) seenUntil = registration.updatedAt
  }
  await inTransaction(context.em, async (tx) => {
    const row = (await tx.findOne(SyncState, { list })) ?? tx.create(SyncState, empty())
    // What could not be placed yet comes again with the next pass.
    tx.assign(row, { ...(complete && { seenUntil }), succeededAt: context.now() })
  })
}

const empty = () => ({ list, seenUntil: null, etag: null, succeededAt: null, failedAt: null, report: [] })

/** Runs at the start, once the catalogue is here, and by the clock. */
export const syncRegistrationsJob: Job = {
  task: 'sync_registrations',
  async run(context) {
    if (!(await firstSyncDone(context))) throw new TryAgainLater('the catalogue comes first', 1)
    try {
      await sync(context)
    } catch (error) {
      if (isOutsideFailure(error)) throw new TryAgainLater(error.message, error.retryAfterSeconds ?? 10)
      throw error
    }
  },
}
