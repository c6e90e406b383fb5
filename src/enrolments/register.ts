/** Registers a paid enrolment at the partner: looks first, then creates; a definite no pays everything back. */
import { LockMode } from '@mikro-orm/postgresql'
import { type Context, type Job, TryAgainLater } from '../context.ts'
import { CourseRun } from '../courses/course-run.ts'
import { PartnerAccount } from '../learners/learner.ts'
import { Payment } from '../payments/payment.ts'
import { addRefund, refundableMinor } from '../payments/request-refund.ts'
import { move } from '../store/history.ts'
import { announce, inTransaction } from '../store/transaction.ts'
import { isOutsideFailure } from '../values/outside-failure.ts'
import { enrolmentStates } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'
import type { Registration } from './registration-partner.ts'

/** Takes the enrolment into REGISTERING; null when there is nothing to register any more. */
function begin(context: Context, enrolmentId: string): Promise<Enrolment | null> {
  return inTransaction(context.em, async (tx) => {
    const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (enrolment.status === 'REGISTERING') return enrolment
    if (enrolment.status !== 'PAID') return null
    move(tx, enrolmentStates, enrolment, 'REGISTERING', { cause: 'REGISTRATION_BEGUN', at: context.now() })
    return enrolment
  })
}

async function registerAtPartner(context: Context, enrolment: Enrolment): Promise<Registration> {
  const em = context.em.fork()
  const account = await em.findOneOrFail(PartnerAccount, { learnerId: enrolment.learnerId })
  const run = await em.findOneOrFail(CourseRun, enrolment.runId)
  const { membershipUuid } = account
  const found = await context.partner.find(membershipUuid, run.partnerUuid)
  if (found && found.status !== 'INACTIVE') return found
  return context.partner.register({ membershipUuid, runUuid: run.partnerUuid, externalReference: enrolment.id })
}

/** Stores the registration. */
async function keep(context: Context, enrolmentId: string, registration: Registration): Promise<void> {
  await inTransaction(context.em, async (tx) => {
    const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (enrolment.status !== 'REGISTERING') return
    const at = context.now()
    enrolment.registrationUuid = registration.uuid
    enrolment.registeredAt = at
    enrolment.studyUrl = registration.studyUrl
    move(tx, enrolmentStates, enrolment, 'REGISTERED', { cause: 'REGISTERED_AT_PARTNER', at })
    await announce(tx, 'enrolment', enrolmentId)
  })
}

/** The partner will not have it: all that was captured for it goes back. */
async function compensate(context: Context, enrolmentId: string, cause: string): Promise<void> {
  await inTransaction(context.em, async (tx) => {
    const payments = await tx.find(
      Payment,
      { enrolmentId, status: 'SUCCEEDED' },
      { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
    )
    const enrolment = await tx.findOneOrFail(Enrolment, enrolmentId, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (enrolment.status !== 'REGISTERING' && enrolment.status !== 'PAID') return
    const now = context.now()
    move(tx, enrolmentStates, enrolment, 'COMPENSATING', { cause, at: now })
    for (const payment of payments) {
      const amountMinor = await refundableMinor(tx, payment)
      if (amountMinor === 0) continue
      const facts = { origin: 'COMPENSATION' as const, reason: cause, keepRegistration: false, requestedBy: null }
      await addRefund(tx, payment, { ...facts, amountMinor, now })
    }
    await announce(tx, 'enrolment', enrolmentId)
  })
}

/** The saga's step: may run again at any time. */
export const registerEnrolmentJob: Job = {
  task: 'register_enrolment',
  async run(context, payload) {
    const enrolmentId = payload.enrolmentId as string
    const enrolment = await begin(context, enrolmentId)
    if (!enrolment) return
    try {
      await keep(context, enrolmentId, await registerAtPartner(context, enrolment))
    } catch (error) {
      if (!isOutsideFailure(error)) throw error
      if (error.kind !== 'REFUSED') throw new TryAgainLater(error.message, error.retryAfterSeconds)
      await compensate(context, enrolmentId, `PARTNER_REFUSED_${error.code.toUpperCase()}`)
    }
  },
}
