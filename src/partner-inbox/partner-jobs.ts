/** Defines the jobs that look at what the partner tells. */
import { z } from 'zod'
import { defineJob } from '../store/define-job.ts'

export const partnerJobs = {
  handleEvent: defineJob({
    task: 'handle_partner_event',
    payload: z.object({
      eventId: z.uuid(),
      // Only the key is made of it: what was added before it was asked for still runs.
      objectUuid: z.string().default(''),
    }),
    // Notices of one thing that come in quick succession are answered by one look.
    key: ({ objectUuid }) => objectUuid,
    attempts: 25,
  }),
  syncRegistrations: defineJob({
    task: 'sync_registrations',
    payload: z.object({}),
    key: () => null,
    attempts: 25,
  }),
}
