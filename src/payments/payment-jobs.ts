/** Defines the jobs that go on with payments and refunds. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'

const ofPayment = z.object({ paymentId: z.uuid() })

export const paymentJobs = {
  open: defineJob({
    task: 'open_payment',
    payload: ofPayment,
    key: ({ paymentId }) => paymentId,
    attempts: 25,
  }),
  advance: defineJob({
    task: 'advance_payment',
    payload: ofPayment,
    key: ({ paymentId }) => paymentId,
    attempts: 25,
  }),
  close: defineJob({
    task: 'close_payment',
    payload: ofPayment,
    key: ({ paymentId }) => paymentId,
    // Left open, it can still be paid by a learner who was told that it is over, and nothing else closes it. A provider
    // that asks to be tried again each minute uses up 25 in half an hour.
    attempts: 100,
  }),
  submitRefund: defineJob({
    task: 'submit_refund',
    payload: z.object({ refundId: z.uuid() }),
    key: ({ refundId }) => refundId,
    attempts: 25,
  }),
  handleEvent: defineJob({
    task: 'handle_payment_event',
    payload: z.object({ eventId: z.uuid() }),
    key: ({ eventId }) => eventId,
    attempts: 100,
  }),
  learnSettlement: defineJob({
    task: 'learn_settlement',
    payload: ofPayment,
    key: ({ paymentId }) => paymentId,
    // The daily look asks again.
    attempts: 3,
  }),
  learnSettlements: defineJob({
    task: 'learn_settlements',
    payload: z.object({}),
    key: () => null,
    // The next one comes within the day.
    attempts: 3,
  }),
  issueMissing: defineJob({
    task: 'issue_missing_papers',
    payload: z.object({}),
    key: () => null,
    attempts: 25,
  }),
  probePermissions: defineJob({
    task: 'probe_permissions',
    payload: z.object({}),
    key: () => null,
    // The next one comes within the hour.
    attempts: 3,
  }),
  reconcile: defineJob({
    task: 'reconcile',
    payload: z.object({}),
    key: () => null,
    // The next pass begins where this one did.
    attempts: 3,
  }),
  reconcileAsked: defineJob({
    task: 'reconcile_asked',
    payload: z.object({ reconciliationId: z.uuid(), apply: z.boolean(), paymentId: z.uuid().nullable() }),
    key: ({ reconciliationId }) => reconciliationId,
    // An operator waits for it, and can ask again.
    attempts: 3,
  }),
}
