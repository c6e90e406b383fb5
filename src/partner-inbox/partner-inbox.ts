/** Verifies and stores the partner's webhooks for a job to follow later. */
import { hash } from 'node:crypto'
import type { Context, Parts } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { enrolmentJobs } from '../enrolments/enrolment-jobs.ts'
import { closeDiffers, openDiffers } from '../enrolments/news-cases.ts'
import type { PartnerNotice } from '../enrolments/registration-partner.ts'
import { Learner, PartnerAccount } from '../learners/learner.ts'
import { recordMembershipOf } from '../learners/record-membership.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { PartnerEvent } from './partner-event.ts'
import { partnerJobs } from './partner-jobs.ts'

type Receiver = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => Promise<{ status: 202 }>

/** What the webhook's route calls. Throws WebhookRefused for a forgery, before anything is read or written. */
export function receivePartnerEvent({ partner, orm, now }: Pick<Parts, 'partner' | 'orm' | 'now'>): Receiver {
  return async (rawBody, headers) => {
    await recordNotice(orm, partner.verifyNotice(rawBody, headers), now())
    return { status: 202 }
  }
}

/**
 * How long the same content is the same notice, in ms. Nothing in a notice says when it was sent, so whoever has caught
 * one can send it for ever: each then makes six rows an hour. It must not be long either, for a row tells when news came.
 */
const SAME_NOTICE_MS = 10 * 60_000
/** Longer than any job about one may be tried again, in ms. */
const KEPT_FOR_MS = 30 * 24 * 3_600_000

/**
 * The row and its job. A notice that has come already makes no second row; it is looked at once more all the same, for it
 * does not say what has changed, and that may be something else. Looks that wait are one, by the job's key.
 */
function recordNotice({ em }: Parts['orm'], notice: PartnerNotice, receivedAt: Date): Promise<void> {
  const { uuid, href, type } = notice
  return inTransaction(em, async (tx) => {
    const [row] = await tx.execute<{ id: string }[]>(
      `insert into partner_event (id, object_uuid, href, type, digest, received_at, handled_at)
       values (?, ?, ?, ?, ?, ?, ?)
       on conflict (digest) do update set received_at = excluded.received_at, handled_at = excluded.handled_at
       returning id`,
      [newId(), uuid, href, type, digestOf(notice, receivedAt), receivedAt, href === null ? receivedAt : null],
    )
    if (href !== null) await partnerJobs.handleEvent.add(tx, { eventId: row!.id, objectUuid: uuid })
  })
}

function digestOf({ uuid, href, type }: PartnerNotice, receivedAt: Date): string {
  const period = Math.floor(receivedAt.getTime() / SAME_NOTICE_MS)
  return hash('sha256', JSON.stringify([period, uuid, href, type]), 'hex')
}

/** Removes what nothing waits for any more. */
export async function forgetOldNotices({ em, now }: Pick<Context, 'em' | 'now'>): Promise<void> {
  const before = new Date(now().getTime() - KEPT_FOR_MS)
  await inTransaction(em, (tx) => tx.nativeDelete(PartnerEvent, { receivedAt: { $lt: before } }))
}

/** The collection that an address lies in, e.g. `program_runs`: the partner need not say the type. */
const collectionOf = (href: string): string | undefined => new URL(href).pathname.split('/').at(-2)

async function handle(context: Context, eventId: string): Promise<void> {
  const event = await context.em.fork({ clear: true }).findOneOrFail(PartnerEvent, eventId)
  const { objectUuid: uuid, href } = event
  switch (href === null ? undefined : collectionOf(href)) {
    case 'organisation_memberships':
      await takeMembership(context, uuid)
      break
    case 'programs':
      await inTransaction(context.em, (tx) => courseJobs.syncCatalogue.add(tx, { programUuid: uuid }))
      break
    case 'program_runs':
      await inTransaction(context.em, (tx) => courseJobs.syncCatalogue.add(tx, { runUuid: uuid }))
      break
    case 'program_enrolments':
      await inTransaction(context.em, (tx) => enrolmentJobs.fetchRegistration.add(tx, { registrationUuid: uuid }))
      break
    default:
      context.log.warn({ href, type: event.type }, 'the partner told of something that is not known here')
  }
  const before = { objectUuid: uuid, handledAt: null, receivedAt: { $lte: event.receivedAt } }
  await inTransaction(context.em, (tx) => tx.nativeUpdate(PartnerEvent, before, { handledAt: context.now() }))
}

/** Linked, or invited: of a learner who has not been here there is nothing to keep. */
async function takeMembership(context: Context, uuid: string): Promise<void> {
  const membership = await context.partner.membership(uuid)
  if (membership === null) return
  const em = context.em.fork({ clear: true })
  const { issuer } = context.settings
  const account = membership.mergedInto === null ? null : await em.findOne(PartnerAccount, { membershipUuid: uuid })
  const learner = await em.findOne(Learner, { issuer, subject: membership.externalLearnerId })
  const learnerId = account?.learnerId ?? learner?.id
  if (learnerId === undefined) return
  const recorded = await recordMembershipOf(context, em, learnerId, membership)
  const key = `membership:${uuid}`
  await inTransaction(context.em, (tx) =>
    recorded === 'RECORDED'
      ? closeDiffers(tx, key, context.now())
      : openDiffers(tx, key, `Membership ${uuid} became one with another learner's.`, context.now()),
  )
}

/** Looks at what the partner's webhook pointed at. */
export const handlePartnerEventJob = partnerJobs.handleEvent.runs((context: Context, { eventId }) =>
  handle(context, eventId),
)
