/** Verifies and stores the partner's webhooks for a job to follow later. */
import type { Context, Parts } from '../context.ts'
import { courseJobs } from '../courses/course-jobs.ts'
import { enrolmentJobs } from '../enrolments/enrolment-jobs.ts'
import { recordMembershipOf } from '../enrolments/record-registration.ts'
import type { PartnerNotice } from '../enrolments/registration-partner.ts'
import { Learner } from '../learners/learner.ts'
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

/** The row and its job. Notices of one thing that come in quick succession are answered by one look. */
function recordNotice({ em }: Parts['orm'], { uuid, href, type }: PartnerNotice, receivedAt: Date): Promise<void> {
  return inTransaction(em, async (tx) => {
    const id = newId()
    tx.create(PartnerEvent, { id, objectUuid: uuid, href, type, receivedAt, handledAt: null })
    await tx.flush()
    await partnerJobs.handleEvent.add(tx, { eventId: id, objectUuid: uuid })
  })
}

/** The collection that an address lies in, e.g. `program_runs`: the partner need not say the type. */
const collectionOf = (href: string): string | undefined => new URL(href).pathname.split('/').at(-2)

async function handle(context: Context, eventId: string): Promise<void> {
  const event = await context.em.fork({ clear: true }).findOneOrFail(PartnerEvent, eventId)
  const { objectUuid: uuid, href } = event
  switch (collectionOf(href)) {
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
  const learner = await em.findOne(Learner, { issuer, subject: membership.externalLearnerId })
  if (learner) await recordMembershipOf(context, em, learner.id, membership)
}

/** Looks at what the partner's webhook pointed at. */
export const handlePartnerEventJob = partnerJobs.handleEvent.runs((context: Context, { eventId }) =>
  handle(context, eventId),
)
