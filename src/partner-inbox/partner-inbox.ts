/** Verifies and stores the partner's webhooks for a job to follow later. */
import type { Context, Job, Parts } from '../context.ts'
import { fetchRegistrationSoon } from '../enrolments/end-enrolment.ts'
import { recordMembershipOf } from '../enrolments/record-registration.ts'
import type { PartnerNotice } from '../enrolments/registration-partner.ts'
import { Learner } from '../learners/learner.ts'
import { newId } from '../store/row.ts'
import { addJob, inTransaction } from '../store/transaction.ts'
import { PartnerEvent } from './partner-event.ts'

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
    await addJob(tx, 'handle_partner_event', { eventId: id }, { key: `handle_partner_event:${uuid}` })
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
      await syncSoon(context, { programUuid: uuid })
      break
    case 'program_runs':
      await syncSoon(context, { runUuid: uuid })
      break
    case 'program_enrolments':
      await inTransaction(context.em, (tx) => fetchRegistrationSoon(tx, uuid))
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

function syncSoon(context: Context, what: { programUuid: string } | { runUuid: string }): Promise<void> {
  const [uuid] = Object.values(what)
  return inTransaction(context.em, (tx) => addJob(tx, 'sync_catalogue', what, { key: `sync_catalogue:${uuid}` }))
}

/** Looks at what the partner's webhook pointed at. */
export const handlePartnerEventJob: Job = {
  task: 'handle_partner_event',
  run: (context, payload) => handle(context, payload.eventId as string),
}
