/** Stands in for the payment subject and notes what it is told. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { balanceOf } from '../../../src/payments/balance.ts'
import type { PaymentSubject, Unsettled } from '../../../src/payments/payment-subject.ts'

export type Told = { what: string; status?: string; backMinor?: number }

/** Stands for what is paid for: wants everything unless told otherwise, and notes what it hears. */
export function pretendShop() {
  const told: Told[] = []
  const answers = { awaitsPayment: true, wanted: 'wanted' as 'wanted' | 'unwanted', unsettled: [] as Unsettled[] }
  const thing: PaymentSubject = {
    orderFor: async () => ({
      description: 'Introduction to Data',
      buyerEmail: 'ada@example.org',
      awaitsPayment: answers.awaitsPayment,
      holdExpiresAt: null,
    }),
    opened: async () => undefined,
    receiptFacts: async () => ({ description: 'Introduction to Data', buyerName: 'Ada', tax: null }),
    paid: async (_tx, payment) => {
      told.push({ what: 'paid', status: payment.status })
      return answers.wanted
    },
    refundStarted: async (_tx, _payment, refund) => void told.push({ what: 'refundStarted', status: refund.status }),
    refunded: async (tx, payment, refund) => {
      const { backMinor } = await balanceOf(tx, payment)
      told.push({ what: 'refunded', status: refund.status, backMinor })
    },
    refundFailed: async (_tx, _payment, refund) => void told.push({ what: 'refundFailed', status: refund.status }),
    disputed: async (_tx, _payment, dispute) => void told.push({ what: 'disputed', status: dispute.status }),
    warnedOfFraud: async () => void told.push({ what: 'warnedOfFraud' }),
    unsettled: async () => ({ found: answers.unsettled, sweptTo: null }),
    unsettledOf: async () => answers.unsettled,
    changed: async () => undefined,
    takeUp: async () => true,
    lookAgain: async () => 0,
    node: async () => null,
  }
  return { thing, told, answers, heard: () => told.map(({ what }) => what) }
}

export interface Place {
  learnerId: string
  courseId: string
}

/** The least that an enrolment hangs on. */
export async function makePlace(sql: pg.Pool): Promise<Place> {
  const [institutionId, courseId, learnerId] = [randomUUID(), randomUUID(), randomUUID()]
  await sql.query(
    `insert into institution (id, slug, name, country, updated_at) values ($1, 'ou', 'The Open University', 'GB', now())`,
    [institutionId],
  )
  await sql.query(
    `insert into course (id, partner_uuid, slug, title, summary, language, subject, awarding_institution_id,
       learning_outcomes, cmf_status, partner_url, fetched_at)
     values ($1::uuid, $1::text, 'intro', 'Introduction', '', 'en', 'Data', $2, '[]', 'UNKNOWN', 'https://x.example', now())`,
    [courseId, institutionId],
  )
  await sql.query(
    `insert into learner (id, issuer, subject, display_name, given_name, family_name, email, created_at)
     values ($1, 'issuer', 'ada', 'Ada', 'Ada', 'Lovelace', 'ada@example.org', now())`,
    [learnerId],
  )
  return { learnerId, courseId }
}

/** Each on a run of its own, for a learner has one place on a run. */
export async function makeEnrolment(sql: pg.Pool, { learnerId, courseId }: Place): Promise<string> {
  const [runId, id] = [randomUUID(), randomUUID()]
  await sql.query(
    `insert into course_run (id, course_id, partner_uuid, code, time_zone, registration_url, fetched_at)
     values ($1::uuid, $2, $1::text, $1::text, 'Europe/London', 'https://x.example', now())`,
    [runId, courseId],
  )
  await sql.query(
    `insert into enrolment (id, learner_id, run_id, status, hold_expires_at, created_at, updated_at)
     values ($1, $2, $3, 'PENDING_PAYMENT', now() + interval '35 minutes', now(), now())`,
    [id, learnerId, runId],
  )
  return id
}
