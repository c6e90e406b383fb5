/** The partner's inbox: a verified notice is a row and a job before it is answered; what changed is fetched later. */
import type { Context, Job, Parts } from '../context.ts'
import { Learner, PartnerAccount } from '../learners/learner.ts'
import { keepMembership } from '../learners/link-partner-account.ts'
import { newId } from '../store/row.ts'
import { addJob, inTransaction } from '../store/transaction.ts'
import { keepRegistration } from './keep-registration.ts'
import { PartnerEvent } from './partner-event.ts'

type Receiver = (rawBody: Buffer, headers: Record<string, string | string[] | undefined>) => Promise<{ status: 202 }>

/** What the webhook's route calls. Throws WebhookRefused before anything is written. */
export function receivePartnerEvent({ partner, orm, now }: Pick<Parts, 'partner' | 'orm' | 'now'>): Receiver {
  return async (rawBody, headers) => {
    const { uuid, href, type } = partner.verifyNotice(rawBody, headers)
    await inTransaction(orm.em, async (tx) => {
      const id = newId()
      tx.create(PartnerEvent, { id, objectUuid: uuid, href, type, receivedAt: now(), handledAt: null })
      await tx.flush()
      await addJob(tx, 'handle_partner_event', { eventId: id })
    })
    return { status: 202 }
  }
}

/** What kind of thing the notice is about: the path of its address says it, whatever the partner's `type`. */
function kindOf(href: string): string {
  return new URL(href).pathname.split('/').at(-2) ?? ''
}

async function handle(context: Context, eventId: string): Promise<void> {
  const event = await context.em.fork().findOneOrFail(PartnerEvent, eventId)
  if (event.handledAt) return
  await take(context, kindOf(event.href), event.objectUuid)
  await inTransaction(context.em, async (tx) => {
    const row = await tx.findOneOrFail(PartnerEvent, eventId)
    row.handledAt = context.now()
  })
}

async function take(context: Context, kind: string, uuid: string): Promise<void> {
  if (kind === 'programs' || kind === 'program_runs') {
    const payload = kind === 'programs' ? { programUuid: uuid } : { runUuid: uuid }
    await inTransaction(context.em, (tx) => addJob(tx, 'sync_catalogue', payload, { key: `sync:${uuid}` }))
  } else if (kind === 'organisation_memberships') {
    await takeMembership(context, uuid)
  } else if (kind === 'program_enrolments') {
    const registration = await context.partner.registration(uuid)
    if (registration) await keepRegistration(context, registration)
  }
}

async function takeMembership(context: Context, uuid: string): Promise<void> {
  const membership = await context.partner.membership(uuid)
  if (!membership) return
  const em = context.em.fork()
  const account = await em.findOne(PartnerAccount, { membershipUuid: uuid })
  const { issuer } = context.settings
  const learner = account ? null : await em.findOne(Learner, { issuer, subject: membership.externalLearnerId })
  const learnerId = account?.learnerId ?? learner?.id
  if (learnerId) await keepMembership(context, learnerId, membership)
}

/** Fetches what a notice pointed at. */
export const handlePartnerEventJob: Job = {
  task: 'handle_partner_event',
  run: (context, { eventId }) => handle(context, eventId as string),
}
