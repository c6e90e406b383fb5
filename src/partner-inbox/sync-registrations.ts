/** Synchronises registrations from the partner, because webhooks can get lost. */
import { type Context, TryAgainLater } from '../context.ts'
import { recordSyncState } from '../courses/record-sync-state.ts'
import { firstSyncDone } from '../courses/sync-catalogue.ts'
import { SyncState } from '../courses/sync-state.ts'
import { Enrolment } from '../enrolments/enrolment.ts'
import { enrolmentJobs } from '../enrolments/enrolment-jobs.ts'
import { recordRegistration } from '../enrolments/record-registration.ts'
import type { Registration } from '../enrolments/registration-partner.ts'
import { holdMark, lessOverlap, moveMark } from '../store/list-mark.ts'
import { inTransaction } from '../store/transaction.ts'
import { isUpstreamFailure, type UpstreamFailure } from '../values/upstream-failure.ts'
import { forgetOldNotices } from './partner-inbox.ts'
import { partnerJobs } from './partner-jobs.ts'

const listName = 'enrolments'
const mark = { source: 'PARTNER', list: listName }
/** As many as the partner answers about in one call. */
const REGISTRATIONS_AT_ONCE = 100
const CATALOGUE_COMES_WITHIN_SECONDS = 1

type Report = SyncState['report']

/** One pass. Throws UpstreamFailure when the partner does not answer: the next pass begins where this one did. */
async function syncRegistrations(context: Context): Promise<void> {
  const began = context.now()
  const state = await context.em.fork({ clear: true }).findOne(SyncState, { list: listName })
  const before = state?.seenUntil ?? null
  const changed = await context.partner.changedSince(before && lessOverlap(before))
  const report: Report = [...(changed?.rejected ?? [])]
  for (const registration of changed?.registrations ?? (await activeOnes(context))) {
    const problem = await recordOne(context, registration, began)
    if (problem !== null) report.push({ reference: registration.uuid, problem })
  }
  const seenUntil = latest(before, changed?.registrations ?? [])
  const endedAt = context.now()
  await recordSyncState(context, listName, { seenUntil, succeededAt: endedAt, report })
  await moveMark(context.em, mark, { began, endedAt })
}

/** A registration that cannot be kept does not keep the others out. */
async function recordOne(context: Context, registration: Registration, askedAt: Date): Promise<string | null> {
  try {
    const outcome = await recordRegistration(context, registration, askedAt)
    if (outcome === 'RECORDED') return null
    await fetchLater(context, registration.uuid)
    return `its run ${registration.runUuid} is not in the catalogue, or not complete`
  } catch (failure) {
    if (isUpstreamFailure(failure)) throw failure
    context.log.error({ err: failure, registrationUuid: registration.uuid }, 'a registration could not be kept')
    return 'it could not be kept'
  }
}

/** Its run may be on its way: `seenUntil` goes past this registration, so it is asked for by name. */
function fetchLater(context: Context, registrationUuid: string): Promise<void> {
  const later = { preserveRunAt: true, afterMs: 2_000 }
  return inTransaction(context.em, (tx) => enrolmentJobs.fetchRegistration.add(tx, { registrationUuid }, later))
}

/** For a partner without a list of changes: all that are registered here, asked for by name. */
async function activeOnes({ em, partner }: Context): Promise<Registration[]> {
  const active = { status: { $in: ['REGISTERED', 'COMPLETED'] as const }, registrationUuid: { $ne: null } }
  const rows = await em.fork({ clear: true }).find(Enrolment, active, { fields: ['registrationUuid'] })
  const uuids = rows.map(({ registrationUuid }) => registrationUuid as string)
  const found: Registration[] = []
  for (let from = 0; from < uuids.length; from += REGISTRATIONS_AT_ONCE) {
    found.push(...(await partner.registrations(uuids.slice(from, from + REGISTRATIONS_AT_ONCE))).values())
  }
  return found
}

function latest(before: Date | null, changed: readonly Registration[]): Date | null {
  return changed.reduce<Date | null>(
    (seen, { updatedAt }) => (updatedAt !== null && (seen === null || updatedAt > seen) ? updatedAt : seen),
    before,
  )
}

async function hold(context: Context, { code }: UpstreamFailure): Promise<void> {
  const at = context.now()
  await recordSyncState(context, listName, { failedAt: at })
  await holdMark(context.em, mark, { problem: `The partner did not list its enrolments to the end (${code}).`, at })
}

/** The pass that runs at the start and by the clock, once there is a catalogue to register on. */
export const syncRegistrationsJob = partnerJobs.syncRegistrations.runs(async (context: Context) => {
  await forgetOldNotices(context)
  if (!(await firstSyncDone(context))) {
    throw new TryAgainLater('the catalogue is not here yet', CATALOGUE_COMES_WITHIN_SECONDS)
  }
  try {
    await syncRegistrations(context)
  } catch (failure) {
    if (isUpstreamFailure(failure)) await hold(context, failure)
    throw failure
  }
})
