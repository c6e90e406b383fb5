/** Adds an enrolment's row and first history entry, reserved here or registered at the partner. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { Language } from '../messages/language.ts'
import { beginHistory, type MoveCause } from '../store/history.ts'
import { newId } from '../store/row.ts'
import { type EnrolmentCause, enrolmentStates } from './enrolment.states.ts'
import { Enrolment } from './enrolment.ts'

type Beginning = Pick<
  Enrolment,
  | 'learnerId'
  | 'runId'
  | 'status'
  | 'holdExpiresAt'
  | 'priceMinor'
  | 'priceCurrency'
  | 'termsVersion'
  | 'termsAcceptedAt'
  | 'expressRequestAt'
  | 'registrationUuid'
  | 'registeredAt'
  | 'createdAt'
> &
  Partial<Pick<Enrolment, 'language' | 'deferredFromId' | 'paymentId' | 'refundUntil' | 'refundBasis'>>

/** Nothing is paid, studied or reported yet. The run is locked by the caller, who says so when there is no place. */
export async function addEnrolment(
  tx: EntityManager,
  beginning: Beginning,
  why: MoveCause<EnrolmentCause>,
): Promise<Enrolment> {
  const enrolment = tx.create(Enrolment, {
    language: Language.ENGLISH,
    deferredFromId: null,
    paymentId: null,
    refundUntil: null,
    refundBasis: null,
    ...beginning,
    id: newId(),
    studyUrl: null,
    stepsCompletedRatio: null,
    stepsCompleted: null,
    progressSeenAt: null,
    resultOutcome: null,
    resultGrade: null,
    resultAwardedOn: null,
    resultIdentityVerified: null,
    resultRegistrationUuid: null,
    stuckReason: null,
    registrationEndedAt: null,
    registrationEndedBy: null,
    registrationEndSeenAt: null,
    registrationMissedAt: null,
    partnerLookedAt: null,
    statusBeforeRevoking: null,
    updatedAt: why.at,
  })
  beginHistory(tx, enrolmentStates, enrolment, why)
  await tx.flush()
  return enrolment
}
