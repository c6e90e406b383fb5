/** Opens and closes what disputes and fraud warnings leave to a person. */
import type { EntityManager } from '@mikro-orm/postgresql'
import type { CaseKind } from '../cases/case-kind.ts'
import { type CaseSubject, closeCase, openCase } from '../cases/open-case.ts'
import { type Balance, balanceOf, isBack } from '../payments/balance.ts'
import { isOpenDispute } from '../payments/dispute.states.ts'
import { Dispute } from '../payments/dispute.ts'
import type { DisputeStage } from '../payments/dispute-stage.ts'
import type { Payment } from '../payments/payment.ts'
import { isOnTheRun, isUnderWay } from './enrolment.states.ts'
import type { Enrolment } from './enrolment.ts'

const contested: Record<DisputeStage, string> = {
  INQUIRY: 'The buyer asks their bank or PayPal about the payment; no money is taken yet, and a refund would end it.',
  CHARGEBACK: 'The buyer claims the payment back through their bank or PayPal.',
  PRE_ARBITRATION: 'The claim is answered; the network has not decided about the payment yet.',
  ARBITRATION: 'The network decides whether the payment goes back.',
  APPEAL: 'A dispute that was decided has been taken up again.',
}
const lostInPart = 'A dispute took a part of the payment; the place stands.'
const reversed =
  'A lost dispute was decided the other way; the learner has enrolled anew, so the money belongs to nothing.'
const fraud = "The card's network warns of fraud: a refund now avoids a dispute."

interface Standing {
  enrolment: Enrolment
  payment: Payment
  balance: Balance
  at: Date
}

/** Brings the cases of a payment to what holds now. Payment and enrolment are locked. */
export async function reviewDisputeCases(
  tx: EntityManager,
  enrolment: Enrolment,
  payment: Payment,
  at: Date,
): Promise<void> {
  const standing = { enrolment, payment, balance: await balanceOf(tx, payment), at }
  const disputes = await tx.find(Dispute, { paymentId: payment.id }, { orderBy: { id: 'asc' } })
  for (const dispute of disputes) await reviewDispute(tx, dispute, standing)
  if (payment.fraudWarningAt === null) return
  const subject = { type: 'Payment', id: payment.id } as const
  const holds = disputes.length === 0 && !isBack(standing.balance)
  const facts = { message: fraud, amount: left(standing), providerReference: payment.captureReference }
  await settle(tx, 'FRAUD_WARNING', subject, holds && facts, standing)
}

async function reviewDispute(tx: EntityManager, dispute: Dispute, standing: Standing): Promise<void> {
  const { enrolment, payment, balance, at } = standing
  const { status, stage, reference: providerReference, evidenceDueBy: dueAt, amountMinor, currency } = dispute
  const subject = aboutDispute(dispute)
  const open = { message: contested[stage], amount: { amountMinor, currency }, dueAt, providerReference }
  await settle(tx, 'DISPUTE_OPEN', subject, isOpenDispute(status) && open, standing)
  const placeStands = isOnTheRun(enrolment.status) || isUnderWay(enrolment.status)
  const partIsGone = status === 'LOST' && !isBack(balance) && placeStands && enrolment.paymentId === payment.id
  const part = { message: lostInPart, amount: left(standing), providerReference }
  await settle(tx, 'DISPUTE_LOST_IN_PART', subject, partIsGone && part, standing)
  const isKept = status === 'WON' || status === 'WITHDRAWN'
  if (!isKept || balance.leftMinor === 0) await closeCase(tx, 'DISPUTE_REVERSED', subject, at)
}

const aboutDispute = ({ id }: Dispute) => ({ type: 'Dispute', id }) as const

const left = ({ payment, balance: { leftMinor } }: Standing) => ({
  amountMinor: leftMinor,
  currency: payment.capturedCurrency ?? payment.currency,
})

type Facts = Pick<Parameters<typeof openCase>[1], 'message' | 'amount' | 'dueAt' | 'providerReference'>

/** Opens it, or finds it again, with the facts; without any it is over. */
function settle(
  tx: EntityManager,
  kind: CaseKind,
  subject: CaseSubject,
  facts: Facts | false,
  { enrolment: { learnerId, runId: courseRunId }, at }: Standing,
): Promise<void> {
  if (facts === false) return closeCase(tx, kind, subject, at)
  return openCase(tx, { kind, subject, learnerId, courseRunId, ...facts }, at)
}

/** The money is here, and the place it paid for cannot come back. Payment and enrolment are locked. */
export async function openReversed(
  tx: EntityManager,
  enrolment: Enrolment,
  payment: Payment,
  dispute: Dispute,
  at: Date,
): Promise<void> {
  const standing = { enrolment, payment, balance: await balanceOf(tx, payment), at }
  const facts = { message: reversed, amount: left(standing), providerReference: dispute.reference }
  await settle(tx, 'DISPUTE_REVERSED', aboutDispute(dispute), facts, standing)
}
